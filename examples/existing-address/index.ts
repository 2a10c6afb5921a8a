import * as pulumi from "@pulumi/pulumi";
import { getIpAddress, getIpAddresses, PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();
const server = config.require("server");
const domain = config.require("domain");

export = async () => {
  // An address that somebody assigned to the server manually.
  const { address, family } = await getIpAddress({ address: config.require("address") });

  // Take it over instead of assigning a new one. A destroy leaves it on the server.
  const mail = new ServerIpAddress(
    "mail",
    { server, family, adopt: address, ptrRecord: `mail.${domain}` },
    { retainOnDelete: true },
  );

  // The address in the server's plan belongs to the server: this stack manages only its PTR record.
  const addresses = await getIpAddresses({ server, family: "IPv4", access: "public" });
  const planned = addresses.filter(({ partOfPlan }) => partOfPlan);
  const web = planned.map(
    ({ address }, index) => new PtrRecord(`web-${index}`, { address, ptrRecord: `web.${domain}` }),
  );

  return {
    mail: { address: mail.address, ptrRecord: mail.ptrRecord },
    web: web.map(({ address, ptrRecord, previousPtrRecord }) => ({ address, ptrRecord, previousPtrRecord })),
  };
};

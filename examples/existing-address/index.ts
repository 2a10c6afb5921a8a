import * as pulumi from "@pulumi/pulumi";
import { getIpAddress, getIpAddresses, PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();
const server = config.require("server");
const domain = config.require("domain");

export = async () => {
  // An address that somebody once assigned to the server by hand.
  const { address, family } = await getIpAddress({ address: config.require("address") });

  // From here on it is this stack's, and no new one is assigned. A destroy leaves it on the server.
  const mail = new ServerIpAddress(
    "mail",
    { server, family, adopt: address, ptrRecord: `mail.${domain}` },
    { retainOnDelete: true },
  );

  // An address of the server's plan comes and goes with the server: its PTR record alone is this stack's.
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

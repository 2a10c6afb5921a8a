import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();

// The stack of the same name in infrastructure/. The organization is yours on Pulumi Cloud, and "organization" on every
// other backend.
const infrastructure = new pulumi.StackReference(
  `${pulumi.getOrganization()}/upcloud-ip-infrastructure/${pulumi.getStack()}`,
);

// upcloud:powerCycle in Pulumi.<stack>.yaml says whether a running server may be stopped for it.
const mail = new ServerIpAddress("mail", {
  server: infrastructure.requireOutput("mailServer"),
  ptrRecord: `mail.${config.require("domain")}`,
});

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();

// The stack of the same name in infrastructure/. The organization is yours on Pulumi Cloud, and is called "organization"
// on every other backend.
const infrastructure = new pulumi.StackReference(
  `${pulumi.getOrganization()}/upcloud-ip-infrastructure/${pulumi.getStack()}`,
);

// Whether a running server may be stopped for it, says upcloud:powerCycle in Pulumi.<stack>.yaml.
const mail = new ServerIpAddress("mail", {
  server: infrastructure.requireOutput("mailServer"),
  ptrRecord: `mail.${config.require("domain")}`,
});

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

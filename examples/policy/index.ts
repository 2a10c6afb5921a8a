import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";
import { requirePtrDomain } from "./ptrPolicy";

const config = new pulumi.Config();

// Has to run before the first resource.
requirePtrDomain(config.require("companyDomain"));

const mail = new ServerIpAddress("mail", {
  server: config.require("server"),
  ptrRecord: config.require("hostname"),
});

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

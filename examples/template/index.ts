import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();

const mail = new ServerIpAddress("mail", {
  server: config.require("server"),
  ptrRecord: config.require("ptrRecord"),
});

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();

const mail = new ServerIpAddress("mail", {
  // The default is the stopped server "web" of the simulator.
  server: config.get("server") ?? "0053cd80-5945-4105-9081-11192806a8f7",
  ptrRecord: config.get("ptrRecord") ?? "mail.example.com",
});

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

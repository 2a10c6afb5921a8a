import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";
import { SimulatedServer } from "./simulatedServer";

const config = new pulumi.Config();

const server = new SimulatedServer("mail", {
  simulator: config.require("simulator"),
  uuid: config.require("server"),
});

const mail = new ServerIpAddress(
  "mail",
  { server: server.id, ptrRecord: config.require("ptrRecord"), releasePolicy: "keep" },
  // A destroy asks only for the server's deletion. Without it the address would be released before.
  { deletedWith: server },
);

export const address = mail.address;
export const ptrRecord = mail.ptrRecord;

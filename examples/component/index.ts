import * as pulumi from "@pulumi/pulumi";
import type { Family } from "pulumi-upcloud-ip";
import { ServerAddresses } from "./serverAddresses";

interface ServerSettings {
  server: string;
  hostname: string;
  families?: Family[];
}

const servers = new pulumi.Config().requireObject<ServerSettings[]>("servers");

export const addresses = Object.fromEntries(
  servers.map((settings) => [settings.hostname, new ServerAddresses(settings.hostname, settings).addresses]),
);

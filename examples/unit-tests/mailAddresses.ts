import type * as pulumi from "@pulumi/pulumi";
import { getIpAddresses, PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";

export interface MailAddressesArgs {
  /** The UUID of the server. */
  server: string;
  domain: string;
}

export interface MailAddresses {
  /** A new address, for outgoing mail. */
  mail: pulumi.Output<string>;
  /** The addresses in the server's plan. */
  web: pulumi.Output<string>[];
}

/** What the program declares, as a function that a test can call too. */
export async function mailAddresses({ server, domain }: MailAddressesArgs): Promise<MailAddresses> {
  const mail = new ServerIpAddress("mail", { server, ptrRecord: `mail.${domain}` });
  const addresses = await getIpAddresses({ server, access: "public" });
  const web = addresses
    .filter(({ partOfPlan }) => partOfPlan)
    .map(({ address, family }) => new PtrRecord(`web-${family}`, { address, ptrRecord: `web.${domain}` }));
  return { mail: mail.address, web: web.map(({ address }) => address) };
}

import * as pulumi from "@pulumi/pulumi";
import { ServerIpAddress } from "pulumi-upcloud-ip";

const config = new pulumi.Config();
const server = config.require("server");
// The name in the mail server's greeting. Receivers expect it as the PTR record of the address that mail comes from.
const hostname = config.require("hostname");
// A released address, and its reputation, cannot be recovered.
const protect = config.getBoolean("protect") ?? false;

const ipv4 = new ServerIpAddress("ipv4", { server, family: "IPv4", ptrRecord: hostname }, { protect });
const ipv6 = new ServerIpAddress("ipv6", { server, family: "IPv6", ptrRecord: hostname }, { protect });

// For your DNS zone: a PTR record counts only if its name resolves to the address.
export const a = pulumi.interpolate`${hostname}. IN A ${ipv4.address}`;
export const aaaa = pulumi.interpolate`${hostname}. IN AAAA ${ipv6.address}`;
export const spf = pulumi.interpolate`v=spf1 ip4:${ipv4.address} ip6:${ipv6.address} -all`;
export const ptrRecords = [ipv4.ptrRecord, ipv6.ptrRecord];

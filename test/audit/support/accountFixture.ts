import type { IpAddressWire } from "../../../src/api/wire";
import { audit } from "../../../src/audit/audit";
import { parseState } from "../../../src/state/stackState";
import { web } from "../../support/demoServers";
import { resource, stackExport } from "./stackFixture";

type States = Parameters<typeof audit>[1];

export const ipv4 = (last: number, more: Partial<IpAddressWire> = {}): IpAddressWire => ({
  access: "public",
  address: `198.51.100.${last}`,
  family: "IPv4",
  ptr_record: `198-51-100-${last}.de-fra1.upcloud.host`,
  server: web,
  ...more,
});

export const ipv6 = (last: number, more: Partial<IpAddressWire> = {}): IpAddressWire => ({
  ...ipv4(last),
  address: `2001:db8:1:2:3:4:5:000${last}`,
  family: "IPv6",
  ptr_record: `0003-0004-0005-000${last}.v6.de-fra1.upcloud.host`,
  ...more,
});

export const state = (resources: object[], pending: object[] = []) =>
  parseState(JSON.stringify(stackExport(resources, pending)), "the state");

/** In the stack `usesWeb`, which manages nothing else. */
export const managed = resource("first", "198.51.100.3", { server: web });
export const usesWeb = state([managed]);

/** Address and the resource that it was meant for, of each suspect. */
export const suspectsOf = (...[account, states, journal = []]: Partial<Parameters<typeof audit>>) =>
  audit(account ?? [], states ?? [], journal).suspects.map(({ address, resource }) => [address, resource?.name]);

/** Why each of them is neither lost nor possibly lost. */
export const otherReasons = (account: IpAddressWire[], states: States = [usesWeb]) => {
  const { suspects, possible, others } = audit(account, states, []);
  expect([suspects, possible]).toEqual([[], []]);
  return others.map(({ reason }) => reason);
};

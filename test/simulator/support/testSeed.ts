import type { Seed, SeedIpAddress } from "../../../src/simulator";

/** An account with a server in each state that the API distinguishes. */
export const uuids = {
  running: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f11",
  off: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f22",
  full: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f33",
  lonely: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f44",
  busy: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f55",
  broken: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f66",
  crowded: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f77",
  theirs: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f88",
  nowhere: "00d1a7c2-0b5e-4c1d-8f3a-6e2b9d405f99",
} as const;

export const addresses = {
  running: "203.0.113.11",
  runningPrivate: "10.77.0.11",
  off: "203.0.113.22",
  offPrivate: "10.77.0.22",
  offIPv6: "2001:db8:77:0:d845:c4ff:fe5c:0022",
  lonely: "203.0.113.44",
  floating: "203.0.113.70",
  theirs: "203.0.113.88",
  theirsFloating: "203.0.113.89",
  nowhere: "203.0.113.99",
} as const;

export const macs = {
  running: "da:45:c4:5c:aa:11",
  runningPrivate: "da:45:c4:5c:bb:11",
  off: "da:45:c4:5c:aa:22",
  crowded: "da:45:c4:5c:aa:77",
  full: "da:45:c4:5c:aa:33",
  theirs: "da:45:c4:5c:aa:88",
  nowhere: "da:45:c4:5c:aa:99",
} as const;

const five = (address: SeedIpAddress) => [0, 1, 2, 3, 4].map(() => address);

export const testSeed: Seed = {
  servers: [
    {
      uuid: uuids.running,
      title: "running",
      ipAddresses: [
        { address: addresses.running, mac: macs.running, partOfPlan: true },
        { address: addresses.runningPrivate, mac: macs.runningPrivate, access: "private" },
      ],
    },
    {
      uuid: uuids.off,
      title: "off",
      state: "stopped",
      ipAddresses: [
        { address: addresses.off, mac: macs.off, partOfPlan: true },
        { address: addresses.offPrivate, access: "private" },
        { address: addresses.offIPv6, family: "IPv6" },
      ],
    },
    {
      uuid: uuids.full,
      title: "full",
      state: "stopped",
      ipAddresses: [{ mac: macs.full }, ...five({}).slice(1), { access: "private" }, ...five({ family: "IPv6" })],
    },
    { uuid: uuids.lonely, title: "lonely", state: "stopped", ipAddresses: [{ address: addresses.lonely }] },
    { uuid: uuids.busy, title: "busy", state: "maintenance" },
    { uuid: uuids.broken, title: "broken", state: "error" },
    { uuid: uuids.crowded, title: "crowded", zone: "sg-sin1", state: "stopped", ipAddresses: [{ mac: macs.crowded }] },
  ],
  floatingIpAddresses: [{ address: addresses.floating }],
  otherAccount: {
    servers: [{ uuid: uuids.theirs, state: "stopped", ipAddresses: [{ address: addresses.theirs, mac: macs.theirs }] }],
    floatingIpAddresses: [{ address: addresses.theirsFloating }],
  },
  zones: { "sg-sin1": { freeIPv4: 0, freeIPv6: 0 } },
};

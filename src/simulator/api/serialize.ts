import type { ApiVersion, IpAddressWire } from "../../api/wire";
import type { Address, Caller, Server } from "../model/entities";
import type { Store } from "../store/store";
import { internalAccess } from "./internalAccess";

/** An address in a version of the API. Properties that do not apply are absent. */
export function serializeIpAddress(address: Address, version: ApiVersion, showReleasePolicy: boolean): IpAddressWire {
  const common: IpAddressWire = {
    access: address.access === "public" ? "public" : internalAccess(version),
    address: address.address,
    family: address.family,
    ...(address.partOfPlan && { part_of_plan: "yes" }),
    ptr_record: address.ptrRecord,
    ...(address.server !== undefined && { server: address.server }),
  };
  if (version === "1.2") return common;
  return {
    ...common,
    ...(address.floating && { floating: "yes" }),
    ...(address.mac !== undefined && { mac: address.mac }),
    ...(showReleasePolicy && { release_policy: address.releasePolicy }),
    zone: address.zone,
  };
}

/** A server in the list of servers: without its addresses. */
export function serializeServerSummary(server: Server, version: ApiVersion): object {
  const common = {
    core_number: "1",
    hostname: server.hostname,
    license: 0,
    memory_amount: "1024",
    plan: server.plan,
    plan_ipv4_bytes: "0",
    plan_ipv6_bytes: "0",
    state: server.state,
    tags: { tag: [] },
    title: server.title,
    uuid: server.uuid,
    zone: server.zone,
  };
  const added = { created, labels: { label: [] }, server_group: null, simple_backup: "no" };
  const host = isRunning(server) ? { host: hostId(server) } : {};
  return version === "1.2" ? common : { ...common, ...added, ...host };
}

/** The details of a server. API 1.2 calls its console `vnc`, 1.3 `remote_access`; only 1.3 has network interfaces. */
export function serializeServer(store: Store, server: Server, version: ApiVersion): object {
  const addresses = store.addressesOf(server.uuid);
  const common = {
    ...serializeServerSummary(server, version),
    boot_order: "disk",
    firewall: "off",
    ...(isRunning(server) && { host: hostId(server) }),
    ip_addresses: {
      ip_address: addresses.map((address) => ({
        access: address.access === "public" ? "public" : internalAccess(version),
        address: address.address,
        family: address.family,
        ...(address.partOfPlan && { part_of_plan: "yes" }),
      })),
    },
    nic_model: "virtio",
    storage_devices: { storage_device: [serializeStorageDevice(server, version)] },
    timezone: "UTC",
    video_model: "cirrus",
  };
  if (version === "1.2") return { ...common, vnc: "off", vnc_password: consolePassword };
  return {
    ...common,
    devices: { device: [] },
    metadata: "no",
    networking: { interfaces: { interface: serializeInterfaces(addresses) } },
    remote_access_enabled: "no",
    remote_access_password: consolePassword,
    remote_access_type: "vnc",
  };
}

export function serializeAccount(store: Store, { version, owner }: Caller): object {
  const account = { credits: store.credits, username: store.credentialsOf[owner].username };
  return version === "1.2" ? { account } : { account: { ...account, resource_limits: resourceLimits } };
}

/** Seconds since 1970. The same for every server, so that responses are reproducible. */
const created = 1_704_067_200;
const consolePassword = "console1";
const resourceLimits = {
  cores: 200,
  detached_floating_ips: 10,
  memory: 1_048_576,
  networks: 100,
  public_ipv4: 100,
  public_ipv6: 100,
  storage_hdd: 10_240,
  storage_maxiops: 10_240,
  storage_ssd: 10_240,
};

const publicNetworks = { IPv4: "03000000-0000-4000-8044-000000000000", IPv6: "03000000-0000-4000-8046-000000000000" };
const internalNetwork = "034a1c20-9d3e-4b6f-8a57-1e2d3c4b5a69";

function serializeInterfaces(addresses: readonly Address[]): object[] {
  return addresses
    .filter(({ floating }) => !floating)
    .sort((a, b) => (a.index ?? 0) - (b.index ?? 0))
    .map((carrier) => ({
      bootable: "no",
      index: carrier.index,
      ip_addresses: {
        ip_address: addresses
          .filter(({ mac }) => mac === carrier.mac)
          .map((address) => ({
            address: address.address,
            dhcp_provided: "yes",
            family: address.family,
            floating: address.floating ? "yes" : "no",
            release_policy: address.releasePolicy,
          })),
      },
      mac: carrier.mac,
      network: carrier.access === "public" ? publicNetworks[carrier.family] : internalNetwork,
      source_ip_filtering: "yes",
      type: carrier.access === "public" ? "public" : "utility",
    }));
}

function serializeStorageDevice(server: Server, version: ApiVersion): object {
  const common = {
    address: "virtio:0",
    storage: `01${server.uuid.slice(2)}`,
    storage_size: 10,
    storage_title: `${server.title} disk`,
    type: "disk",
  };
  if (version === "1.2") return common;
  return { ...common, boot_disk: "0", storage_encrypted: "no", storage_tier: "maxiops" };
}

/** A server has a host only while it runs. */
function isRunning(server: Server): boolean {
  return server.state === "started";
}

function hostId(server: Server): number {
  return 5_000_000_000 + Number.parseInt(server.uuid.slice(0, 8), 16);
}

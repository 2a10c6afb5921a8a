import { serverStates } from "../../api/wire";
import {
  type Properties,
  readChoice,
  readFlag,
  readInteger,
  readList,
  readNumber,
  readObject,
  readText,
  SetupError,
  unexpectedValue,
} from "../model/checks";
import type { Credentials, Owner, Server } from "../model/entities";
import { isUuid, isZone } from "../model/identifiers";
import { readRules } from "../model/readRules";
import { defaultRules, type Rules } from "../model/rules";
import { recoveryTransition } from "../model/serverTransitions";
import { defaultCredentials, defaultOtherCredentials } from "./defaultCredentials";
import type { SeedIpAddress } from "./seed";
import { addSeedAddress } from "./seedAddress";
import { Store, type StoreState } from "./store";

/** Creates the account of a seed. Everything in the seed is checked, because it may come from a file. */
export function loadSeed(seed: unknown, rules?: Partial<Rules>): Store {
  const known = ["credentials", "credits", "zones", "servers", "floatingIpAddresses", "otherAccount", "rules"];
  const given = readObject(seed, "The seed", known);
  const seedRules = given.rules === undefined ? {} : readObject(given.rules, "rules", Object.keys(defaultRules));
  const other = readObject(given.otherAccount ?? {}, "otherAccount", ["credentials", "servers", "floatingIpAddresses"]);
  const state: StoreState = {
    credentials: readCredentials(given.credentials, "credentials", defaultCredentials),
    otherCredentials: readCredentials(other.credentials, "otherAccount.credentials", defaultOtherCredentials),
    credits: readNumber(given.credits, "credits", 1000),
    rules: readRules({ ...seedRules, ...rules }),
    servers: [],
    addresses: [],
    pool: { blocks: 0, macs: 0, zones: {} },
    atMs: 0,
  };
  const store = new Store(state);
  addAll(store, given, "", "us");
  addAll(store, other, "otherAccount.", "other");
  limitZones(store, given.zones);
  store.revision = 0;
  return store;
}

function readCredentials(value: unknown, what: string, defaults: Credentials): Credentials {
  const given = readObject(value ?? {}, what, ["username", "password", "token"]);
  return {
    username: readText(given.username, `${what}.username`, defaults.username),
    password: readText(given.password, `${what}.password`, defaults.password),
    token: readText(given.token, `${what}.token`, defaults.token),
  };
}

function addAll(store: Store, given: Properties, path: string, owner: Owner): void {
  readList(given.servers, `${path}servers`).forEach((server, i) => {
    addServer(store, server, `${path}servers[${i}]`, owner);
  });
  readList(given.floatingIpAddresses, `${path}floatingIpAddresses`).forEach((floating, i) => {
    const what = `${path}floatingIpAddresses[${i}]`;
    const { zone, ...rest } = readObject(floating, what, ["family", "zone", "address", "ptrRecord"]);
    const location = { zone: readZone(zone, `${what}.zone`), owner, server: undefined };
    addSeedAddress(store, rest, what, location);
  });
}

function addServer(store: Store, value: unknown, what: string, owner: Owner): void {
  const known = ["uuid", "title", "hostname", "zone", "state", "becomes", "acpi", "boots", "plan", "ipAddresses"];
  const given = readObject(value, what, known);
  const uuid = readText(given.uuid, `${what}.uuid`).toLowerCase();
  if (!isUuid(uuid))
    throw unexpectedValue(`${what}.uuid`, given.uuid, "a UUID such as 009d64ef-31d1-4684-a26b-c86c955cbf46");
  if (store.findServer(uuid) !== undefined)
    throw new SetupError(`${what}.uuid is ${uuid}: another server already has it.`);
  const title = readText(given.title, `${what}.title`, uuid);
  const becomes =
    given.becomes === undefined ? undefined : readObject(given.becomes, `${what}.becomes`, ["state", "afterMs"]);
  const server: Server = {
    uuid,
    title,
    hostname: readText(
      given.hostname,
      `${what}.hostname`,
      `${title.toLowerCase().replace(/[^a-z0-9-]+/g, "-")}.example.com`,
    ),
    zone: readZone(given.zone, `${what}.zone`),
    owner,
    state: readChoice(given.state, `${what}.state`, serverStates, "started"),
    transition:
      becomes &&
      recoveryTransition(
        readChoice(becomes.state, `${what}.becomes.state`, serverStates),
        readInteger(becomes.afterMs, `${what}.becomes.afterMs`, { from: 0, to: 86_400_000 }),
      ),
    guest: { acpi: readFlag(given.acpi, `${what}.acpi`, true), boots: readFlag(given.boots, `${what}.boots`, true) },
    plan: readText(given.plan, `${what}.plan`, "1xCPU-1GB"),
  };
  store.putServer(server);
  const addresses =
    given.ipAddresses === undefined ? defaultAddresses : readList(given.ipAddresses, `${what}.ipAddresses`);
  addresses.forEach((address, i) => {
    addSeedAddress(store, address, `${what}.ipAddresses[${i}]`, server);
  });
}

/** The addresses that UpCloud gives a new server. */
const defaultAddresses: SeedIpAddress[] = [{ partOfPlan: true }, { access: "private" }, { family: "IPv6" }];

function limitZones(store: Store, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unexpectedValue("zones", value, "an object");
  for (const [zone, numbers] of Object.entries(value)) {
    const what = `zones.${readZone(zone, "A name in zones")}`;
    const given = readObject(numbers, what, ["freeIPv4", "freeIPv6"]);
    const free = (name: string) => readInteger(given[name], `${what}.${name}`, { from: 0, to: 1_000_000 });
    store.pool.limitZone(zone, {
      ...(given.freeIPv4 !== undefined && { IPv4: free("freeIPv4") }),
      ...(given.freeIPv6 !== undefined && { IPv6: free("freeIPv6") }),
    });
  }
}

function readZone(value: unknown, what: string): string {
  const zone = readText(value, what, "fi-hel1");
  if (!isZone(zone)) throw unexpectedValue(what, zone, "a zone such as fi-hel1");
  return zone;
}

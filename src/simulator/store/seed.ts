import { type Family, families, type ServerState, serverStates } from "../../api/wire";
import {
  amount,
  choice,
  expected,
  flag,
  list,
  type Properties,
  properties,
  SetupError,
  text,
  wholeNumber,
} from "../model/checks";
import type { Credentials, Network, Owner, Server } from "../model/entities";
import {
  addressKey,
  familyOfKey,
  harmlessRanges,
  isHarmless,
  isMac,
  isUuid,
  isZone,
  macOfAddress,
  upCloudSpelling,
} from "../model/ipAddress";
import { storedPtrRecord } from "../model/ptrRecord";
import { defaultRules, type Rules, readRules } from "../model/rules";
import { recovery } from "../model/serverTransitions";
import { defaultOtherCredentials, Store, type StoreState } from "./store";

/** The account that the simulator starts with. */
export interface Seed {
  /** Default: those of the demo account. */
  credentials?: Partial<Credentials>;
  /** Default 1000. Without enough, assigning an address answers INSUFFICIENT_CREDITS. */
  credits?: number;
  /** By zone, how many public addresses are left in it besides those of the seed. Default: no end of them. */
  zones?: Record<
    string,
    {
      /** 0 to 1000000. Default: no end of them. */
      freeIPv4?: number;
      /** 0 to 1000000. Default: no end of them. */
      freeIPv6?: number;
    }
  >;
  /** Default: none. */
  servers?: SeedServer[];
  /** API 1.3: floating addresses that are attached to nothing. */
  floatingIpAddresses?: SeedFloatingIpAddress[];
  /** What somebody else has: the API answers 403 for it. */
  otherAccount?: {
    /** What its user signs in with. Default: user and password `other`, token `ucat_other`. */
    credentials?: Partial<Credentials>;
    /** Default: none. */
    servers?: SeedServer[];
    /** Default: none. */
    floatingIpAddresses?: SeedFloatingIpAddress[];
  };
  /** Where UpCloud is not documented. Default: `defaultRules`. */
  rules?: Partial<Rules>;
}

/** A server to begin with, of which only the UUID is required. */
export interface SeedServer {
  /** In upper or lower case. */
  uuid: string;
  /** Default: the UUID. */
  title?: string;
  /** Default: a name under example.com, made from the title. */
  hostname?: string;
  /** Default `fi-hel1`. */
  zone?: string;
  /** Default `started`. */
  state?: ServerState;
  /** What a server in `maintenance` or `error` becomes by itself, and when on the simulator's clock. Default: nothing, ever. */
  becomes?: {
    /** The state that it takes. */
    state: ServerState;
    /** In ms from the start. */
    afterMs: number;
  };
  /** Whether the guest shuts down when it is stopped softly. Default true. */
  acpi?: boolean;
  /** Whether the guest boots; where not, a start ends in the state `error`. Default true. */
  boots?: boolean;
  /** Default `1xCPU-1GB`. */
  plan?: string;
  /** Default: a public IPv4 address that is part of the plan, an internal one and a public IPv6 one. */
  ipAddresses?: SeedIpAddress[];
}

/** An address that a server has to begin with. */
export interface SeedIpAddress {
  /** Default `IPv4`. */
  family?: Family;
  /** Default `public`. `private` and `utility` are the same. */
  access?: "public" | "private" | "utility";
  /** Whether it is in the price of the plan. Default false. */
  partOfPlan?: boolean;
  /** In the documentation, benchmarking or private ranges. Default: UpCloud chooses. */
  address?: string;
  /** MAC address of the network interface. Default: UpCloud chooses. */
  mac?: string;
  /** Default: UpCloud's name for the address. */
  ptrRecord?: string;
}

/** A floating address to begin with, attached to nothing. */
export interface SeedFloatingIpAddress {
  /** Default `IPv4`. */
  family?: Family;
  /** Default `fi-hel1`. */
  zone?: string;
  /** In the documentation or benchmarking ranges. Default: UpCloud chooses. */
  address?: string;
  /** Default: UpCloud's name for the address. */
  ptrRecord?: string;
}

/** Makes the account of a seed. The seed may come from a file: everything in it is checked. */
export function plant(seed: unknown, rules?: Partial<Rules>): Store {
  const known = ["credentials", "credits", "zones", "servers", "floatingIpAddresses", "otherAccount", "rules"];
  const given = properties(seed, "The seed", known);
  const seedRules = given.rules === undefined ? {} : properties(given.rules, "rules", Object.keys(defaultRules));
  const other = properties(given.otherAccount ?? {}, "otherAccount", ["credentials", "servers", "floatingIpAddresses"]);
  const state: StoreState = {
    credentials: credentialsIn(given.credentials, "credentials", defaultCredentials),
    otherCredentials: credentialsIn(other.credentials, "otherAccount.credentials", defaultOtherCredentials),
    credits: amount(given.credits, "credits", 1000),
    rules: readRules({ ...seedRules, ...rules }),
    servers: [],
    addresses: [],
    pool: { blocks: 0, macs: 0, zones: {} },
    atMs: 0,
  };
  const store = new Store(state);
  plantAll(store, given, "", "us");
  plantAll(store, other, "otherAccount.", "other");
  plantZones(store, given.zones);
  store.revision = 0;
  return store;
}

const defaultCredentials: Credentials = { username: "demo", password: "demo", token: "ucat_demo" };

function credentialsIn(value: unknown, what: string, defaults: Credentials): Credentials {
  const given = properties(value ?? {}, what, ["username", "password", "token"]);
  return {
    username: text(given.username, `${what}.username`, defaults.username),
    password: text(given.password, `${what}.password`, defaults.password),
    token: text(given.token, `${what}.token`, defaults.token),
  };
}

function plantAll(store: Store, given: Properties, path: string, owner: Owner): void {
  list(given.servers, `${path}servers`).forEach((server, i) => {
    plantServer(store, server, `${path}servers[${i}]`, owner);
  });
  list(given.floatingIpAddresses, `${path}floatingIpAddresses`).forEach((floating, i) => {
    const what = `${path}floatingIpAddresses[${i}]`;
    const { zone, ...rest } = properties(floating, what, ["family", "zone", "address", "ptrRecord"]);
    const place = { zone: zoneName(zone, `${what}.zone`), owner, server: undefined };
    plantAddress(store, rest, what, place);
  });
}

function plantServer(store: Store, value: unknown, what: string, owner: Owner): void {
  const known = ["uuid", "title", "hostname", "zone", "state", "becomes", "acpi", "boots", "plan", "ipAddresses"];
  const given = properties(value, what, known);
  const uuid = text(given.uuid, `${what}.uuid`).toLowerCase();
  if (!isUuid(uuid)) throw expected(`${what}.uuid`, given.uuid, "a UUID such as 009d64ef-31d1-4684-a26b-c86c955cbf46");
  if (store.server(uuid) !== undefined) throw new SetupError(`${what}.uuid is ${uuid}: another server has it already.`);
  const title = text(given.title, `${what}.title`, uuid);
  const becomes =
    given.becomes === undefined ? undefined : properties(given.becomes, `${what}.becomes`, ["state", "afterMs"]);
  const server: Server = {
    uuid,
    title,
    hostname: text(
      given.hostname,
      `${what}.hostname`,
      `${title.toLowerCase().replace(/[^a-z0-9-]+/g, "-")}.example.com`,
    ),
    zone: zoneName(given.zone, `${what}.zone`),
    owner,
    state: choice(given.state, `${what}.state`, serverStates, "started"),
    transition:
      becomes &&
      recovery(
        choice(becomes.state, `${what}.becomes.state`, serverStates),
        wholeNumber(becomes.afterMs, `${what}.becomes.afterMs`, { from: 0, to: 86_400_000 }),
      ),
    guest: { acpi: flag(given.acpi, `${what}.acpi`, true), boots: flag(given.boots, `${what}.boots`, true) },
    plan: text(given.plan, `${what}.plan`, "1xCPU-1GB"),
  };
  store.putServer(server);
  const addresses =
    given.ipAddresses === undefined ? ordinaryAddresses : list(given.ipAddresses, `${what}.ipAddresses`);
  addresses.forEach((address, i) => {
    plantAddress(store, address, `${what}.ipAddresses[${i}]`, server);
  });
}

/** What UpCloud gives a new server. */
const ordinaryAddresses: SeedIpAddress[] = [{ partOfPlan: true }, { access: "private" }, { family: "IPv6" }];

function plantAddress(
  store: Store,
  value: unknown,
  what: string,
  place: Pick<Server, "zone" | "owner"> & { uuid?: string },
): void {
  const given = properties(value, what, ["family", "access", "partOfPlan", "address", "mac", "ptrRecord"]);
  const family = choice(given.family, `${what}.family`, families, "IPv4");
  const access: Network =
    choice(given.access, `${what}.access`, ["public", "private", "utility"], "public") === "public"
      ? "public"
      : "private";
  if (access === "private" && family === "IPv6")
    throw expected(`${what}.family`, family, "IPv4 on the internal network");
  if (place.uuid !== undefined) requirePlace(store, place.uuid, family, access, what);
  const key = given.address === undefined ? undefined : seedAddress(store, given.address, what, family, access);
  store.addAddress({
    family,
    access,
    zone: place.zone,
    owner: place.owner,
    server: place.uuid,
    floating: place.uuid === undefined,
    address: key && upCloudSpelling(key),
    mac: seedMac(store, given.mac, what) ?? (family === "IPv6" && key !== undefined ? macOfAddress(key) : undefined),
    partOfPlan: flag(given.partOfPlan, `${what}.partOfPlan`, false),
    ptrRecord: given.ptrRecord === undefined ? undefined : seedPtrRecord(store, given.ptrRecord, what, access),
  });
}

function requirePlace(store: Store, server: string, family: Family, access: Network, what: string): void {
  const { addressLimit, addressLimitCounts } = store.rules;
  const limit = access === "private" ? 1 : addressLimit;
  const present = store
    .addressesOf(server)
    .filter((other) => other.access === access && (addressLimitCounts === "in-all" || other.family === family));
  if (present.length < limit) return;
  throw new SetupError(
    `${what} is one too many: expected at most ${limit} ${access} ${family} address(es) on a server.`,
  );
}

function seedAddress(store: Store, value: unknown, what: string, family: Family, access: Network): string {
  const key = typeof value === "string" ? addressKey(value) : undefined;
  if (key === undefined || familyOfKey(key) !== family || !isHarmless(key, access)) {
    throw expected(`${what}.address`, value, `an ${family} address in ${harmlessRanges(access)}`);
  }
  if (store.address(key) !== undefined) throw new SetupError(`${what}.address is ${key}: it is in the seed already.`);
  return key;
}

function seedMac(store: Store, value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined;
  const mac = typeof value === "string" && isMac(value) ? value.toLowerCase() : undefined;
  if (mac === undefined || store.interfaceOf(mac) !== undefined) {
    throw expected(`${what}.mac`, value, "a MAC address that no other interface has");
  }
  return mac;
}

function seedPtrRecord(store: Store, value: unknown, what: string, access: Network): string {
  const stored = typeof value === "string" && access === "public" ? storedPtrRecord(value, store.rules) : undefined;
  if (stored === undefined || stored === "") {
    throw expected(`${what}.ptrRecord`, value, "a fully qualified domain name, on a public address");
  }
  return stored;
}

function plantZones(store: Store, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw expected("zones", value, "an object");
  for (const [zone, numbers] of Object.entries(value)) {
    const what = `zones.${zoneName(zone, "A name in zones")}`;
    const given = properties(numbers, what, ["freeIPv4", "freeIPv6"]);
    const free = (name: string) => wholeNumber(given[name], `${what}.${name}`, { from: 0, to: 1_000_000 });
    store.pool.limitZone(zone, {
      ...(given.freeIPv4 !== undefined && { IPv4: free("freeIPv4") }),
      ...(given.freeIPv6 !== undefined && { IPv6: free("freeIPv6") }),
    });
  }
}

function zoneName(value: unknown, what: string): string {
  const zone = text(value, what, "fi-hel1");
  if (!isZone(zone)) throw expected(what, zone, "a zone such as fi-hel1");
  return zone;
}

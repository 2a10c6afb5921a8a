import { defaultRules, type Seed, type Simulator } from "../../../src/simulator";

export const servers = [
  "00a10000-0000-4000-8000-000000000001",
  "00a10000-0000-4000-8000-000000000002",
  "00a10000-0000-4000-8000-000000000003",
] as const;
export const theirs = "00a10000-0000-4000-8000-000000000009";
export const unknownServer = "00a10000-0000-4000-8000-00000000000f";
export const seed: Seed = {
  zones: { "fi-hel1": { freeIPv4: 6, freeIPv6: 6 } },
  servers: [
    { uuid: servers[0], zone: "fi-hel1", state: "stopped", ipAddresses: [{ partOfPlan: true }, { access: "private" }] },
    { uuid: servers[1], zone: "fi-hel1", state: "started", ipAddresses: [{}, { family: "IPv6" }] },
    { uuid: servers[2], zone: "de-fra1", state: "stopped", ipAddresses: [{ access: "private" }] },
  ],
  otherAccount: { servers: [{ uuid: theirs, ipAddresses: [{ address: "203.0.113.9" }] }] },
};

export type Family = "IPv4" | "IPv6";
export type Step =
  | { verb: "assign"; server: string; family: Family; access: "public" | "private" }
  | { verb: "modify"; address: number; ptr: string; method: "PUT" | "PATCH" }
  | { verb: "release" | "get"; address: number }
  | { verb: "stop" | "start" | "delete"; server: string };

interface ModelAddress {
  address: string;
  server: string;
  family: Family;
  access: "public" | "private";
  ptr: string;
}

/** A model of the account that does not know HTTP. */
export class AccountModel {
  addresses: ModelAddress[];
  states = new Map<string, "started" | "stopped">(
    servers.map((uuid) => [uuid, uuid === servers[1] ? "started" : "stopped"]),
  );
  zones = new Map(servers.map((uuid) => [uuid as string, uuid === servers[2] ? "de-fra1" : "fi-hel1"]));
  free: Record<Family, number> = { IPv4: 6, IPv6: 6 };
  stopsAt = new Map<string, number>();
  now = 0;

  constructor(simulator: Simulator) {
    this.addresses = simulator.account
      .listIpAddresses()
      .map(({ address, server = "", family, access, ptrRecord: ptr }) => ({ address, server, family, access, ptr }));
  }

  tick(): void {
    this.now += defaultRules.requestMs;
    for (const [uuid, at] of this.stopsAt) {
      if (at > this.now) continue;
      this.states.set(uuid, "stopped");
      this.stopsAt.delete(uuid);
    }
  }

  expected(step: Step, target: string): string {
    switch (step.verb) {
      case "assign":
        return this.assign(step);
      case "modify": {
        if (target === "garbage") return "IP_ADDRESS_INVALID";
        if (!/^[a-z]+\.[a-z.]+$/.test(step.ptr) || step.ptr.includes("..")) return "PTR_RECORD_INVALID";
        const found = this.addresses.find((one) => one.address === target);
        if (found === undefined) return target === "203.0.113.9" ? "IP_ADDRESS_FORBIDDEN" : "IP_ADDRESS_NOT_FOUND";
        if (found.access === "private") return "PTR_RECORD_NOT_SUPPORTED";
        found.ptr = step.ptr;
        return "202";
      }
      case "get":
      case "release":
        return this.lookOrRelease(step.verb, target);
      default:
        return this.changeServer(step.verb, step.server);
    }
  }

  private assign({ server, family, access }: Extract<Step, { verb: "assign" }>): string {
    if (access === "private" && family === "IPv6") return "FAMILY_INVALID";
    const refused = this.serverRefusal(server, "stopped");
    if (refused !== undefined) return refused;
    const same = this.addresses.filter(
      (one) => one.server === server && one.access === access && one.family === family,
    );
    if (same.length >= (access === "private" ? 1 : 5)) return "IP_ADDRESS_LIMIT_REACHED";
    if (access === "public" && this.zones.get(server) === "fi-hel1") {
      if (this.free[family] === 0) return "IP_ADDRESS_RESOURCES_UNAVAILABLE";
      this.free[family]--;
    }
    return "201";
  }

  private lookOrRelease(verb: "get" | "release", target: string): string {
    if (target === "garbage") return "IP_ADDRESS_INVALID";
    const found = this.addresses.find((one) => one.address === target);
    if (found === undefined) return target === "203.0.113.9" ? "IP_ADDRESS_FORBIDDEN" : "IP_ADDRESS_NOT_FOUND";
    if (verb === "get") return "200";
    if (found.access === "private") return "CANNOT_DELETE_PRIVATE_ADDRESS";
    if (this.states.get(found.server) !== "stopped") return "SERVER_STATE_ILLEGAL";
    if (this.addresses.filter((one) => one.server === found.server).length === 1) return "SERVER_STATE_ILLEGAL";
    this.remove(found);
    return "204";
  }

  private changeServer(verb: "stop" | "start" | "delete", server: string): string {
    const refused = this.serverRefusal(server, verb === "stop" ? "started" : "stopped");
    if (refused !== undefined) return refused;
    if (verb === "stop") {
      if (!this.stopsAt.has(server)) this.stopsAt.set(server, this.now + defaultRules.hardStopMs);
      return "200";
    }
    if (verb === "start") {
      this.states.set(server, "started");
      this.now += defaultRules.startMs;
      this.now -= defaultRules.requestMs;
      this.tick();
      return "200";
    }
    for (const one of this.addresses.filter((other) => other.server === server)) this.remove(one);
    this.states.delete(server);
    return "204";
  }

  private remove(found: ModelAddress): void {
    this.addresses = this.addresses.filter((one) => one !== found);
    if (found.access === "public" && this.zones.get(found.server) === "fi-hel1") this.free[found.family]++;
  }

  private serverRefusal(server: string, state: "started" | "stopped"): string | undefined {
    if (server === "mail") return "SERVER_INVALID";
    if (server === theirs) return "SERVER_FORBIDDEN";
    if (!this.states.has(server)) return "SERVER_NOT_FOUND";
    return this.states.get(server) === state ? undefined : "SERVER_STATE_ILLEGAL";
  }
}

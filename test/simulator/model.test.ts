import * as fc from "fast-check";
import type { Seed, Simulator } from "../../src/simulator";
import { defaultRules, startSimulator } from "../../src/simulator";
import { everything, send } from "./support/api";

/**
 * Random requests against the simulator and against a model of an account that knows nothing of HTTP: both have to say
 * the same to each request, and no invariant may break. SIMULATOR_MODEL_RUNS sets how many sequences are tried.
 */
const runs = Number(process.env.SIMULATOR_MODEL_RUNS ?? (process.env.SOAK === "1" ? 10_000 : 200));

const servers = [
  "00a10000-0000-4000-8000-000000000001",
  "00a10000-0000-4000-8000-000000000002",
  "00a10000-0000-4000-8000-000000000003",
] as const;
const theirs = "00a10000-0000-4000-8000-000000000009";
const unknown = "00a10000-0000-4000-8000-00000000000f";
const seed: Seed = {
  zones: { "fi-hel1": { freeIPv4: 6, freeIPv6: 6 } },
  servers: [
    { uuid: servers[0], zone: "fi-hel1", state: "stopped", ipAddresses: [{ partOfPlan: true }, { access: "private" }] },
    { uuid: servers[1], zone: "fi-hel1", state: "started", ipAddresses: [{}, { family: "IPv6" }] },
    { uuid: servers[2], zone: "de-fra1", state: "stopped", ipAddresses: [{ access: "private" }] },
  ],
  otherAccount: { servers: [{ uuid: theirs, ipAddresses: [{ address: "203.0.113.9" }] }] },
};

type Family = "IPv4" | "IPv6";
type Step =
  | { verb: "assign"; server: string; family: Family; access: "public" | "private" }
  | { verb: "modify"; address: number; ptr: string; method: "PUT" | "PATCH" }
  | { verb: "release" | "get"; address: number }
  | { verb: "stop" | "start" | "delete"; server: string };

const server = fc.constantFrom(...servers, ...servers, theirs, unknown, "mail");
const address = fc.integer({ min: -2, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant("assign" as const),
      server,
      family: fc.constantFrom<Family>("IPv4", "IPv4", "IPv6"),
      access: fc.constantFrom("public" as const, "public" as const, "public" as const, "private" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant("modify" as const),
      address,
      ptr: fc.constantFrom("a.example.com", "b.example.org", "nolabel", "bad..example.com"),
      method: fc.constantFrom("PUT" as const, "PATCH" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constantFrom("release" as const, "release" as const, "get" as const), address }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constantFrom("stop" as const, "stop" as const, "start" as const, "delete" as const),
      server,
    }),
  },
);

interface ModelAddress {
  address: string;
  server: string;
  family: Family;
  access: "public" | "private";
  ptr: string;
}

/** The account as this test understands it. */
class Model {
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

function request(step: Step, target: string): [method: string, path: string, body?: unknown] {
  switch (step.verb) {
    case "assign":
      return [
        "POST",
        "/1.2/ip_address",
        { ip_address: { server: step.server, family: step.family, access: step.access } },
      ];
    case "modify":
      return [step.method, `/1.2/ip_address/${target}`, { ip_address: { ptr_record: step.ptr } }];
    case "get":
      return ["GET", `/1.2/ip_address/${target}`];
    case "release":
      return ["DELETE", `/1.2/ip_address/${target}`];
    case "delete":
      return ["DELETE", `/1.2/server/${step.server}`];
    case "stop":
      return ["POST", `/1.2/server/${step.server}/stop`, { stop_server: { stop_type: "hard" } }];
    case "start":
      return ["POST", `/1.2/server/${step.server}/start`, { server: {} }];
    default:
      return step satisfies never;
  }
}

/** Indices below zero stand for what is no address, and for somebody else's; too high ones for one that nobody has. */
function targetOf(step: Step, model: Model): string {
  if (!("address" in step)) return "";
  if (step.address === -2) return "garbage";
  if (step.address === -1) return "203.0.113.9";
  return model.addresses[step.address % (model.addresses.length + 2)]?.address ?? "198.19.255.250";
}

function invariants(simulator: Simulator): void {
  const all = simulator.account.listIpAddresses();
  expect(new Set(all.map((one) => one.address)).size).toBe(all.length);
  expect(new Set(all.map((one) => one.mac)).size).toBe(all.length);
  expect(all.filter((one) => one.access === "private" && one.ptrRecord !== "")).toEqual([]);
  for (const uuid of servers) {
    const own = all.filter((one) => one.server === uuid);
    for (const family of ["IPv4", "IPv6"]) {
      expect(own.filter((one) => one.access === "public" && one.family === family).length).toBeLessThanOrEqual(5);
    }
    expect(own.filter((one) => one.access === "private").length).toBeLessThanOrEqual(1);
    if (simulator.account.getServer(uuid)) expect(own.length).toBeGreaterThan(0);
  }
}

async function follow(simulator: Simulator, steps: readonly Step[]): Promise<void> {
  const model = new Model(simulator);
  for (const step of steps) {
    const target = targetOf(step, model);
    model.tick();
    simulator.clock.advance(0);
    const before = everything(simulator);
    const expected = model.expected(step, target);
    const answer = await send(simulator, ...request(step, target));
    const outcome = answer.body?.error?.error_code ?? String(answer.status);
    expect({ step, target, outcome }).toEqual({ step, target, outcome: expected });
    if (outcome === "201") {
      const { address, server, family, access, ptr_record: ptr } = answer.body.ip_address;
      expect({ server, family, access }).toEqual({ server: (step as { server: string }).server, family, access });
      model.addresses.push({ address, server, family, access, ptr });
    }
    if (answer.status >= 400) expect(statesAside(everything(simulator))).toBe(statesAside(before));
    const seen = simulator.account
      .listIpAddresses()
      .map(({ address, server, family, access, ptrRecord: ptr }) => ({ address, server, family, access, ptr }));
    expect(inOrder(seen)).toEqual(inOrder(model.addresses));
    for (const uuid of servers) expect(simulator.account.getServer(uuid)?.state).toBe(model.states.get(uuid));
    invariants(simulator);
  }
}

/** Time goes on during a refused request too: a stop under way may end. */
function statesAside(text: string): string {
  return text.replace(/"state":"[a-z]+"|,"transition":\{.*?\]\}/g, "");
}

function inOrder<T extends { address: string }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (a.address < b.address ? -1 : 1));
}

test(
  `${runs} random sequences of requests never leave the model, nor break an invariant`,
  async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const simulator = await startSimulator({ seed });
      await follow(simulator, steps).finally(() => simulator.stop());
    });
    await fc.assert(property, { numRuns: runs, verbose: fc.VerbosityLevel.None });
  },
  30_000 + runs * 100,
);

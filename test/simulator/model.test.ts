import * as fc from "fast-check";
import { type Simulator, startSimulator } from "../../src/simulator";
import { AccountModel, type Family, type Step, seed, servers, theirs, unknownServer } from "./support/accountModel";
import { accountSnapshot, send } from "./support/api";

/**
 * Sends random requests to the simulator and to a model of the account: both must respond alike to each request, and no
 * invariant may break. SIMULATOR_MODEL_RUNS sets the number of sequences.
 */
const runs = Number(process.env.SIMULATOR_MODEL_RUNS ?? (process.env.SOAK === "1" ? 10_000 : 200));

const server = fc.constantFrom(...servers, ...servers, theirs, unknownServer, "mail");
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

/** -2 is an invalid address, -1 one of the other account; an index that is too high is an address that is not in use. */
function targetOf(step: Step, model: AccountModel): string {
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
  const model = new AccountModel(simulator);
  for (const step of steps) {
    const target = targetOf(step, model);
    model.tick();
    simulator.clock.advance(0);
    const before = accountSnapshot(simulator);
    const expected = model.expected(step, target);
    const answer = await send(simulator, ...request(step, target));
    const outcome = answer.body?.error?.error_code ?? String(answer.status);
    expect({ step, target, outcome }).toEqual({ step, target, outcome: expected });
    if (outcome === "201") {
      const { address, server, family, access, ptr_record: ptr } = answer.body.ip_address;
      expect({ server, family, access }).toEqual({ server: (step as { server: string }).server, family, access });
      model.addresses.push({ address, server, family, access, ptr });
    }
    if (answer.status >= 400) expect(statesAside(accountSnapshot(simulator))).toBe(statesAside(before));
    const seen = simulator.account
      .listIpAddresses()
      .map(({ address, server, family, access, ptrRecord: ptr }) => ({ address, server, family, access, ptr }));
    expect(inOrder(seen)).toEqual(inOrder(model.addresses));
    for (const uuid of servers) expect(simulator.account.getServer(uuid)?.state).toBe(model.states.get(uuid));
    invariants(simulator);
  }
}

/** A rejected request advances the time as well, so a stop in progress may end. */
function statesAside(text: string): string {
  return text.replace(/"state":"[a-z]+"|,"transition":\{.*?\]\}/g, "");
}

function inOrder<T extends { address: string }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (a.address < b.address ? -1 : 1));
}

test(
  `${runs} random sequences of requests agree with the model and break no invariant`,
  async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const simulator = await startSimulator({ seed });
      await follow(simulator, steps).finally(() => simulator.stop());
    });
    await fc.assert(property, { numRuns: runs, verbose: fc.VerbosityLevel.None });
  },
  30_000 + runs * 100,
);

import type { Fault } from "../../../src/simulator";
import { mail } from "../../support/demoServers";
import { always } from "../../support/faults";
import { Machine } from "../../support/operation";

/** An error hook (`onError`) has the engine call create again, in the same process and with the same inputs. */

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const requests = {
  list: { method: "GET", path: "/ip_address" },
  "look at the server": { method: "GET", path: "/server/*" },
  stop: { method: "POST", path: "/server/*/stop" },
  assign: { method: "POST", path: "/ip_address" },
  "PTR record": { method: "PUT", path: "/ip_address/*" },
  start: { method: "POST", path: "/server/*/start" },
} as const;
type Request = keyof typeof requests;

/** A stop is asked for every 45 s until the operation's time is over. */
const asLong = (request: Request) => ({ ...requests[request], times: request === "stop" ? 2 : always });
/** A stop whose answer is lost is carried out, and there is no second one. */
const lost = (request: Request): Fault => ({
  ...{ kind: "drop", when: "after-effect" },
  ...asLong(request),
  ...(request === "stop" && { times: 1 }),
});
/** What becomes of a request for as long as one call of create takes. */
const fates: Record<string, (request: Request) => Fault[]> = {
  "is refused": (request) => [{ kind: "error", status: 403, ...asLong(request) }],
  "fails without an effect": (request) => [{ kind: "error", status: 500, ...asLong(request) }],
  "may still take effect (504)": (request) => [{ kind: "error", status: 504, ...asLong(request) }],
  "loses its answer": (request) => [lost(request)],
  "loses its answer, and the looks fail": (request) => [
    lost(request),
    { kind: "error", status: 500, skip: request === "list" ? 0 : 1, times: always, ...requests.list },
  ],
};
const cells = Object.keys(requests).flatMap((request) =>
  Object.keys(fates).flatMap((fate) => [1, 2].map((failures) => [request, fate, failures] as const)),
);

test.each(cells)("a create whose %s request %s is repeated %i times at most, and buys one address", async (...cell) => {
  const [request, fate, failures] = cell;
  const { account, faults } = machine.simulator;
  const extras = () => account.listIpAddresses(mail).filter((one) => !one.partOfPlan && one.access === "public");
  const before = new Set(extras().map(({ address }) => address));
  const seen = new Set<string>();
  const look = () => {
    for (const { address } of extras()) if (!before.has(address)) seen.add(address);
  };
  // An assign that may still take effect is not sent again in the same operation, however often it is repeated.
  const isFinal = request === "assign" && fate === "may still take effect (504)";
  let { provider } = machine.operation();
  const program = JSON.stringify({
    preview: false,
    onServer: 1,
    urn: "urn:pulumi:test::p::t::mail",
    stack: "o/p/test",
  });
  const declared = { server: mail, ptrRecord: "mail.example.com", powerCycle: true, __program: program };
  let { inputs } = await provider.check({}, declared);

  let id: string | undefined;
  for (let calls = 0; id === undefined; calls++) {
    faults.clear();
    faults.add({ kind: "act", when: "after", act: look, times: always });
    if (calls < failures) for (const fault of fates[fate]?.(request as Request) ?? []) faults.add(fault);
    const created = await provider.create({ ...inputs }).catch((error: Error & { id?: string }) => error);
    // The engine repeats one that failed, whether it has an id or not.
    if (!(created instanceof Error)) id = created.id;
    else if (calls >= failures && !isFinal) throw created;
    else if (calls >= failures) {
      expect(created.message).toMatch(/^UpCloud may still assign an IPv4 address/);
      ({ provider } = machine.operation());
      ({ inputs } = await provider.check({}, declared));
    }
  }
  expect([...seen]).toEqual([id]);
  expect(account.getIpAddress(id)?.ptrRecord).toBe("mail.example.com");
  expect(account.getServer(mail)?.state).toBe("started");
});

import type { ReleasePolicy } from "../../../src/api/wire";
import { web } from "../../support/demoServers";
import { Machine, type Operation, type Saved } from "../../support/operation";

let machine: Machine;
const start = async (showReleasePolicy: boolean) => {
  machine = await Machine.start({ rules: { showReleasePolicy } });
};
afterEach(() => machine.end());

const operation = (): Operation => machine.operation(undefined, "1.3");
const live = (id: string) => machine.simulator.account.getIpAddress(id)?.releasePolicy;
const sent = () => machine.simulator.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);
const created = async (declared: object) => {
  const saved = await operation().create("a", { server: web, ...declared });
  machine.simulator.clearRequests();
  return saved;
};
const update = async ({ id, state }: Saved, declared: object) => {
  const { provider } = operation();
  const { inputs } = await provider.check(state, { server: web, ...declared });
  return provider.update(id, state, inputs);
};

describe.each([true, false])("where responses show release policies: %s", (isShown) => {
  beforeEach(() => start(isShown));

  test("an assign asks for it, with no further request", async () => {
    const { id, state } = await operation().create("a", { server: web, releasePolicy: "keep" });
    expect([live(id), state.releasePolicy, sent()]).toEqual(["keep", "keep", ["POST"]]);
  });

  test.each<[ReleasePolicy | undefined, ReleasePolicy | undefined, string[]]>([
    [undefined, "keep", ["PATCH"]],
    ["keep", "release", ["PATCH"]],
    ["keep", undefined, ["PATCH"]],
    ["release", undefined, []],
    ["keep", "keep", []],
  ])("a change from %s to %s takes place without replacement, in one request", async (before, after, requests) => {
    const saved = await created(before === undefined ? {} : { releasePolicy: before });
    const declared = after === undefined ? {} : { releasePolicy: after };
    expect(await operation().diff(saved, { server: web, ...declared })).toEqual({ changes: before !== after });
    await update(saved, declared);
    expect([live(saved.id), sent()]).toEqual([after ?? "release", requests]);
  });

  test("a change together with a PTR record is one request", async () => {
    const saved = await created({});
    await update(saved, { releasePolicy: "keep", ptrRecord: "mail.example.com" });
    expect([live(saved.id), sent()]).toEqual(["keep", ["PATCH"]]);
  });

  test("an adopted address gets it, together with its record", async () => {
    const [address] = machine.simulator.account.listIpAddresses(web);
    const adopt = address?.address as string;
    await operation().create("a", { server: web, adopt, releasePolicy: "keep", ptrRecord: "mail.example.com" });
    expect([live(adopt), sent()]).toEqual(["keep", ["PATCH"]]);
  });

  test("a policy that could not be set is not in the saved state", async () => {
    const [address] = machine.simulator.account.listIpAddresses(web);
    const adopt = address?.address as string;
    machine.simulator.faults.add({ kind: "error", method: "PATCH", path: "/ip_address/*", status: 403 });
    const failure = await operation()
      .create("a", { server: web, adopt, releasePolicy: "keep" })
      .catch((error) => error);
    expect(failure.properties.releasePolicy).toBeUndefined();
    expect(live(adopt)).toBe("release");
  });
});

test("drift is shown where responses show it", async () => {
  await start(true);
  const { id, state } = await created({ releasePolicy: "keep" });
  const { session } = operation();
  await session.client().ipAddresses.modify(id, { releasePolicy: "release" });
  const read = await operation().provider.read(id, state);
  expect([read.props?.releasePolicy, read.inputs?.releasePolicy]).toEqual(["release", "release"]);
});

test.each([
  ["1.2", { releasePolicy: "keep" }, "expected upcloud:apiVersion to be 1.3"],
  ["1.3", { releasePolicy: "keep", family: "IPv6" }, 'expected a public IPv4 address, got family "IPv6"'],
  ["1.3", { releasePolicy: "keep", access: "utility" }, 'expected a public IPv4 address, got access "utility"'],
  ["1.3", { releasePolicy: "hold" }, 'expected "keep" or "release", got "hold"'],
])("with API %s, %j is refused in the preview", async (version, declared, reason) => {
  await start(false);
  const { failures } = await machine.operation(undefined, version).provider.check({}, { server: web, ...declared });
  expect(failures).toEqual([{ property: "releasePolicy", reason: expect.stringContaining(reason) }]);
});

test("what keep leaves behind is a floating address, whose record a PtrRecord manages", async () => {
  await start(false);
  const { id, state } = await created({ releasePolicy: "keep" });
  machine.simulator.account.deleteServer(web);
  expect(machine.simulator.account.getIpAddress(id)).toMatchObject({ floating: true });
  expect(await operation().provider.read(id, state)).toEqual({});
  await operation().delete({ id, state });
  expect(machine.simulator.account.getIpAddress(id)).toBeDefined();
});

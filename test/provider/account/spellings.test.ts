import { PtrRecordProvider } from "../../../src/provider/ptrRecord/provider";
import type { PtrRecordState } from "../../../src/provider/ptrRecord/state";
import type { Seed } from "../../../src/simulator";
import { web } from "../../support/demoServers";
import { Machine } from "../../support/operation";

/** UpCloud pads the last four groups of it, which is not the canonical spelling. */
const ofUpCloud = "2001:db8:1:2:0030:abff:fe0c:04dd";
const spellings = ["2001:db8:1:2:30:abff:fe0c:4dd", "2001:DB8:1:2:0030:ABFF:FE0C:04DD", ofUpCloud];
const seed: Seed = {
  servers: [{ uuid: web, title: "web", state: "stopped", ipAddresses: [{}, { family: "IPv6", address: ofUpCloud }] }],
};

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start({ seed });
});
afterEach(() => machine.end());

const served = () => machine.simulator.account.getIpAddress(ofUpCloud)?.ptrRecord;
const writes = () => machine.simulator.requests.filter(({ method }) => method !== "GET").map(({ path }) => path);
const url = `/1.2/ip_address/${ofUpCloud}`;
const declared = { server: web, family: "IPv6" };

describe.each(spellings)("an IPv6 address that is spelled %s", (spelled) => {
  test("is adopted, and has UpCloud's spelling for the id", async () => {
    const adopted = await machine.operation().create("a", { ...declared, adopt: spelled, ptrRecord: "a.example.com" });
    expect([adopted.id, served(), writes()]).toEqual([ofUpCloud, "a.example.com", [url]]);
  });

  test("is read by `get`, and found again by a refresh", async () => {
    const { id, props } = await machine.operation().provider.read(spelled);
    expect([id, props?.address]).toEqual([spelled, ofUpCloud]);
    expect((await machine.operation().provider.read(spelled, props)).props).toEqual(props);
  });

  test("is read, changed and released by a resource that has it as its id", async () => {
    const { state } = await machine.operation().create("a", { ...declared, adopt: ofUpCloud });
    expect(await machine.operation().provider.read(spelled, state)).toMatchObject({ id: spelled, props: state });

    const { provider } = machine.operation();
    const { inputs } = await provider.check(state, { ...declared, ptrRecord: "a.example.com" });
    const { outs } = await provider.update(spelled, state, inputs);
    expect([served(), outs.ptrRecord, writes()]).toEqual(["a.example.com", "a.example.com", [url]]);

    await machine.operation().delete({ id: spelled, state });
    expect([served(), writes()]).toEqual([undefined, [url, url]]);
  });

  test("has its release repeated in UpCloud's spelling", async () => {
    const { state } = await machine.operation().create("a", { ...declared, adopt: ofUpCloud });
    machine.simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    await machine.operation().delete({ id: spelled, state });
    expect([served(), writes()]).toEqual([undefined, [url, url]]);
  });

  test("is not released with the resource that has it as its id when another resource adopts it", async () => {
    const { state } = await machine.operation().create("a", { ...declared, adopt: ofUpCloud });
    const next = machine.operation();
    await next.create("renamed", { ...declared, adopt: ofUpCloud });
    await next.delete({ id: spelled, state });
    expect(served()).toBeDefined();
  });

  test("has a PtrRecord that is created, read, changed and put back", async () => {
    const before = served();
    const provider = () => new PtrRecordProvider(machine.operation().session);
    const checked = async (ptrRecord: string) => (await provider().check({}, { address: spelled, ptrRecord })).inputs;
    const { id, outs } = await provider().create(await checked("a.example.com"));
    expect([id, served()]).toEqual([ofUpCloud, "a.example.com"]);
    expect(await provider().read(spelled, outs)).toMatchObject({ id: spelled, props: outs });

    const changed = await provider().update(spelled, outs as PtrRecordState, await checked("b.example.com"));
    expect(served()).toBe("b.example.com");
    await provider().delete(spelled, changed.outs);
    expect([served(), new Set(writes())]).toEqual([before, new Set([url])]);
  });
});

test("a PtrRecord of an IPv6 address that the same operation has assigned needs no list of its own", async () => {
  const operation = machine.operation();
  const { id } = await operation.create("a", declared);
  const records = new PtrRecordProvider(operation.session);
  const { inputs } = await records.check({}, { address: id.toUpperCase(), ptrRecord: "a.example.com" });
  await records.create(inputs as never);
  const lists = machine.simulator.requests.filter(
    ({ method, path }) => method === "GET" && path.endsWith("/ip_address"),
  );
  expect(lists).toHaveLength(1);
  expect(machine.simulator.account.getIpAddress(id)?.ptrRecord).toBe("a.example.com");
});

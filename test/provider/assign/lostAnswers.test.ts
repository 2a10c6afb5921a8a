import { readdirSync } from "node:fs";
import type { Fault } from "../../../src/simulator";
import { web } from "../../support/demoServers";
import type { Operation, Saved } from "../../support/operation";
import { AssignRig, assigning } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

test.each<[string, Fault]>([
  ["dropped", { ...assigning, kind: "drop", when: "after-effect" }],
  ["cut in half", { ...assigning, kind: "half-body" }],
])("an assign whose answer is %s returns the address that it assigned", async (_, fault) => {
  rig.lose(fault);
  const { id } = await rig.operation().create("a", { server: web, ptrRecord: "a.example.com" });
  expect(rig.extras().map((one) => rig.account.getIpAddress(one))).toMatchObject([
    { address: id, ptrRecord: "a.example.com" },
  ]);
  expect(rig.count("POST /1.2/ip_address")).toBe(1);
});

test.each<[string, Fault]>([
  ["dropped", { ...assigning, kind: "drop", when: "before-effect" }],
  ["answered 500", { ...assigning, kind: "error", status: 500 }],
  ["answered 503", { ...assigning, kind: "error", status: 503 }],
  ["answered by a proxy's page", { ...assigning, kind: "html", status: 502 }],
])("an assign that is %s without an effect is sent again, after several looks", async (_, fault) => {
  rig.lose(fault);
  const { id } = await rig.operation().create("a", { server: web });
  expect(rig.extras()).toEqual([id]);
  expect(rig.requests()).toEqual(
    ["GET /1.2/ip_address", ...Array(7).fill("GET /1.2/ip_address"), "POST /1.2/ip_address"].toSpliced(
      1,
      0,
      "POST /1.2/ip_address",
    ),
  );
});

test("an address that the list lacks at first is waited for", async () => {
  rig.lose({ ...assigning, kind: "drop", when: "after-effect" });
  const operation = rig.operation();
  const list = operation.session.client().ipAddresses.list;
  const before = await list();
  let looks = 0;
  operation.session.client().ipAddresses.list = async (signal) => (++looks < 4 ? before : list(signal));
  const { id } = await operation.create("a", { server: web });
  expect(rig.extras()).toEqual([id]);
  expect(rig.count("POST /1.2/ip_address")).toBe(1);
});

test("several new addresses without a known resource are named in the error, and none is taken over", async () => {
  rig.lose(
    { ...assigning, kind: "act", act: { verb: "assignIpAddress", with: [{ server: web }] }, when: "after" },
    { ...assigning, kind: "drop", when: "after-effect" },
  );
  const failure = rig.operation().create("a", { server: web });
  await expect(failure).rejects.toThrow(
    /2 new addresses of the server belong to no known resource: [\d.]+, [\d.]+\. Set the one/,
  );
  const [one, other] = rig.extras();
  await expect(failure).rejects.toThrow(`\`adopt: "${one}"\` or \`adopt: "${other}"\``);
  expect(rig.count("POST /1.2/ip_address")).toBe(1);
});

test.each([
  [
    "has a PTR record of somebody's",
    (address: string) => rig.account.modifyIpAddress(address, { ptrRecord: "b.example.com" }),
  ],
])("a new address that %s is not taken for a lost one", async (_, change) => {
  const operation = rig.operation();
  await operation.session.addressCache.initialList();
  const { address } = rig.account.assignIpAddress({ server: web });
  change(address);
  rig.lose({ ...assigning, kind: "drop", when: "after-effect" });
  const { id } = await operation.create("a", { server: web });
  expect(id).not.toBe(address);
  expect(rig.extras()).toHaveLength(2);
});

test("a failed look after a lost answer reports a possible assign, and the next up finds the address", async () => {
  rig.lose(
    { ...assigning, kind: "drop", when: "after-effect" },
    { method: "GET", path: "/ip_address", skip: 1, times: 50, kind: "error", status: 500 },
  );
  const failure = rig.operation().create("a", { server: web });
  await expect(failure).rejects.toThrow(
    `UpCloud may have assigned an IPv4 address to server ${web}: run \`pulumi up\` again, which first looks for that address.`,
  );
  rig.machine.simulator.faults.clear();
  const { id } = await rig.operation().create("a", { server: web });
  expect(rig.extras()).toEqual([id]);
});

test("an assign that is lost three times is given up, with what happened last", async () => {
  rig.lose({ ...assigning, times: 3, kind: "drop", when: "before-effect" });
  await expect(rig.operation().create("a", { server: web })).rejects.toThrow(
    /^UpCloud assigned no IPv4 address to server .* in 3 attempts: run `pulumi up` again later\. The last error: UpCloud did not respond/,
  );
  expect(rig.count("POST /1.2/ip_address")).toBe(3);
});

test("an address that was released in the same operation and assigned again is found after a lost answer", async () => {
  const first = await rig.operation().create("a", { server: web });
  const operation = rig.operation();
  await operation.diff(first, { server: web, family: "IPv6" });
  await operation.session.addressCache.initialList();
  await operation.delete(first);
  rig.lose({ ...assigning, kind: "drop", when: "after-effect" });
  const { id } = await operation.create("b", { server: web });
  expect(id).toBe(first.id);
  expect(rig.extras()).toEqual([id]);
});

describe("an address that was released in the control panel, and that UpCloud assigns anew", () => {
  test.each<[string, (operation: Operation, gone: Saved) => Promise<unknown>]>([
    ["refresh", ({ provider }, { id, state }) => provider.read(id, state)],
    ["delete", (operation, gone) => operation.delete(gone)],
  ])("is found after a lost answer where a %s of the same operation has seen it gone", async (_, look) => {
    const gone = await rig.operation().create("a", { server: web });
    rig.account.releaseIpAddress(gone.id);
    const operation = rig.operation();
    await look(operation, gone);
    rig.lose({ ...assigning, kind: "drop", when: "after-effect" });
    const { id } = await operation.create("b", { server: web });
    expect([id, ...rig.extras()]).toEqual([gone.id, gone.id]);
  });

  test("to the resource that had it is no other's, and no line says so", async () => {
    const gone = await rig.operation().create("a", { server: web });
    rig.account.releaseIpAddress(gone.id);
    const operation = rig.operation();
    await operation.provider.read(gone.id, gone.state);
    expect((await operation.create("a", { server: web })).id).toBe(gone.id);
    expect(operation.said).toEqual([]);
  });
});

test("an assign that UpCloud refuses is neither repeated nor looked for", async () => {
  rig.lose({ ...assigning, kind: "error", status: 409, errorCode: "IP_ADDRESS_RESOURCES_UNAVAILABLE" });
  await expect(rig.operation().create("a", { server: web })).rejects.toThrow("no free address of this kind");
  expect(rig.requests()).toEqual(["GET /1.2/ip_address", "POST /1.2/ip_address"]);
  expect(readdirSync(rig.machine.journalDirectory)).toEqual([]);
});

test("no address is assigned when the account cannot be listed, and the error names the server", async () => {
  rig.lose({ method: "GET", path: "/ip_address", kind: "error", status: 403, errorCode: "ACTION_FORBIDDEN" });
  await expect(rig.operation().create("a", { server: web })).rejects.toThrow(
    `No IPv4 address was requested for server ${web}, because the account's addresses could not be listed. The UpCloud user lacks permission for this action on the account: grant it`,
  );
  expect(rig.requests()).toEqual(["GET /1.2/ip_address"]);
});

test("a release fails with the name of its address when the list cannot be read", async () => {
  const operation = rig.operation();
  const [first, second] = [await operation.create("a", { server: web }), await operation.create("b", { server: web })];
  const next = rig.operation();
  await next.delete(first); // the first look is for one address, the next one for all
  rig.lose({ method: "GET", path: "/ip_address", kind: "error", status: 400, errorCode: "REQUEST_INVALID" });
  await expect(next.delete(second)).rejects.toThrow(
    `Address ${second.id} could not be looked up. UpCloud refused a request about the account: `,
  );
  expect(rig.extras()).toEqual([second.id]);
});

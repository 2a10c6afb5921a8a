import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

const placeholder = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("an address that --target leaves out has no value, like every other output, until it is created", async () => {
  const project = await start();
  project.declare(`
    const a = new ServerIpAddress("a", { server: "${servers.web}" });
    const b = new ServerIpAddress("b", { server: "${servers.web}", ptrRecord: "b.example.com" }, { dependsOn: a });
    exports.a = a.address;
    exports.b = { address: b.address, record: b.ptrRecord };
    exports.text = pulumi.interpolate\`\${b.address}\`;`);
  expect((await project.up({ target: ["**::a"] })).ok).toBe(true);
  const [a] = await project.resources();
  const targeted = await project.outputs();
  expect(targeted).toMatchObject({ a: a?.id, b: {} });
  expect(JSON.stringify(targeted)).not.toContain(placeholder);

  expect((await project.up()).ok).toBe(true);
  const b = (await project.resources()).find(({ urn }) => urn.endsWith("::b"))?.id;
  expect(await project.outputs()).toEqual({ a: a?.id, b: { address: b, record: "b.example.com" }, text: b });
  expect((await project.up()).changes).toEqual({ same: 3 });
});

test("an address whose create fails is unknown to the rest of the program, which goes on", async () => {
  const project = await start();
  project.simulator.faults.add({ kind: "error", method: "POST", status: 400, errorCode: "PTR_RECORD_INVALID" });
  project.declare(`
    const a = new ServerIpAddress("a", { server: "${servers.web}" });
    a.address.apply((address) => console.log("applied to " + address));
    new ServerIpAddress("b", { server: "${servers.web}" }, { dependsOn: a });`);
  const { ok, output } = await project.up({ continueOnError: true });
  expect([ok, output]).toEqual([false, expect.not.stringContaining("applied to")]);
});

test("an address is secret in the program and the stack's outputs where additionalSecretOutputs names it", async () => {
  const project = await start();
  project.declare(`
    const a = new ServerIpAddress("a", { server: "${servers.web}" }, { additionalSecretOutputs: ["address"] });
    exports.a = a.address;
    exports.id = a.id;`);
  expect((await project.preview()).ok).toBe(true);
  expect((await project.up()).ok).toBe(true);
  const { a, id } = await project.stack.outputs();
  expect([a?.secret, a?.value, id?.secret]).toEqual([true, id?.value, false]);
});

test.each([
  ["ServerIpAddress", `server: "${servers.web}"`, "set `adopt` to take over the existing address"],
  [
    "PtrRecord",
    'address: "198.51.100.2", ptrRecord: "a.example.com"',
    "declare the PTR record: `pulumi up` takes over",
  ],
])("the option import of a %s is refused in a sentence", async (type, args, advice) => {
  const project = await start();
  project.declare(`new ${type}("a", { ${args} }, { import: "198.51.100.2" });`);
  const { ok, output } = await project.preview();
  expect([ok, output]).toEqual([false, expect.stringContaining(advice)]);
  expect(output).not.toMatch(/TypeError|^\s+at /m);
});

test("PTR records that two copies of the package declare for one address are refused as any two are", async () => {
  const project = await start();
  const [{ address } = { address: "" }] = project.simulator.account.listIpAddresses(servers.mail);
  project.declare(`
    for (const file of Object.keys(require.cache)) if (file.includes("/dist/")) delete require.cache[file];
    const { PtrRecord: PtrRecordOfCopy } = require("pulumi-upcloud-ip");
    if (PtrRecordOfCopy === PtrRecord) throw new Error("one copy");
    new PtrRecord("one", { address: "${address}", ptrRecord: "one.example.com" });
    new PtrRecordOfCopy("two", { address: "${address}", ptrRecord: "two.example.com" });`);
  const { ok, output } = await project.preview();
  expect([ok, output]).toEqual([false, expect.stringContaining("whose record the PtrRecord")]);
});

describe("of a PTR record that was renamed with --target, so that its copy under the former name is still there,", () => {
  async function given() {
    const project = await start();
    const [{ address, ptrRecord: before } = { address: "", ptrRecord: "" }] = project.simulator.account.listIpAddresses(
      servers.mail,
    );
    const declare = (name: string, record: string) =>
      project.declare(`new PtrRecord("${name}", { address: "${address}", ptrRecord: "${record}" });`);
    declare("former", "a.example.com");
    await project.up();
    declare("present", "a.example.com");
    await project.up({ target: ["**::present"] });
    expect(await project.resources()).toHaveLength(2);
    return { project, before, served: () => project.address(address)?.ptrRecord };
  }

  test("destroy --target of the copy leaves the record, and a whole destroy then puts the previous one back", async () => {
    const { project, before, served } = await given();
    expect((await project.destroy({ target: ["**::former"] })).ok).toBe(true);
    expect([served(), (await project.resources()).length]).toEqual(["a.example.com", 1]);
    expect((await project.destroy()).ok).toBe(true);
    expect(served()).toBe(before);
  });

  test("up --target of the copy leaves the record", async () => {
    const { project, served } = await given();
    expect((await project.up({ target: ["**::former"] })).ok).toBe(true);
    expect([served(), (await project.resources()).length]).toEqual(["a.example.com", 1]);
  });

  test("a destroy of both puts the previous record back", async () => {
    const { project, before, served } = await given();
    expect((await project.destroy()).ok).toBe(true);
    expect([served(), await project.resources()]).toEqual([before, []]);
  });
});

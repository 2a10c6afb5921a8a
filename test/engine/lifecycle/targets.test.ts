import { type Outcome, type Project, servers } from "../support/project";
import { endAll, start, startWithLanguageHost } from "../support/runningServers";

afterAll(endAll);

const placeholder = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("an address that --target leaves out, and one that is to be secret", () => {
  let project: Project;
  let targeted: Outcome;
  let targetedOutputs: Record<string, unknown>;
  beforeAll(async () => {
    project = await start();
    project.declare(`
      const a = new ServerIpAddress("a", { server: "${servers.web}" });
      const b = new ServerIpAddress("b", { server: "${servers.web}", ptrRecord: "b.example.com" }, { dependsOn: a });
      const hidden = new ServerIpAddress("hidden", { server: "${servers.web}" }, { additionalSecretOutputs: ["address"] });
      exports.a = a.address;
      exports.b = { address: b.address, record: b.ptrRecord };
      exports.text = pulumi.interpolate\`\${b.address}\`;
      exports.hidden = hidden.address;
      exports.id = hidden.id;`);
    targeted = await project.up({ target: ["**::a", "**::hidden"] });
    targetedOutputs = project.outputs;
  });

  test("it has no value, like every other output, until it is created", async () => {
    const [a] = addressesNamed("a");
    expect(targeted.ok).toBe(true);
    expect(targetedOutputs).toMatchObject({ a, b: {} });
    expect(JSON.stringify(targetedOutputs)).not.toContain(placeholder);

    expect((await project.up()).ok).toBe(true);
    const [b] = addressesNamed("b");
    expect(project.outputs).toMatchObject({ a, b: { address: b, record: "b.example.com" }, text: b });
    expect((await project.up()).changes).toEqual({ same: 4 });
  });

  test("the secret one is secret in the program and the stack's outputs", async () => {
    const [address] = addressesNamed("hidden");
    const { hidden, id } = await project.stack.outputs();
    expect([hidden, id]).toEqual([
      { secret: true, value: address },
      { secret: false, value: address },
    ]);
  });

  const addressesNamed = (name: string) =>
    project.resources.filter(({ urn }) => urn.endsWith(`::${name}`)).map(({ id }) => id);
});

test("an address whose create fails is unknown to the rest of the program, which goes on", async () => {
  const project = await startWithLanguageHost();
  project.simulator.faults.add({ kind: "error", method: "POST", status: 400, errorCode: "PTR_RECORD_INVALID" });
  project.declare(`
    const a = new ServerIpAddress("a", { server: "${servers.web}" });
    a.address.apply((address) => console.log("applied to " + address));
    new ServerIpAddress("b", { server: "${servers.web}" }, { dependsOn: a });`);
  const { ok, output } = await project.up({ continueOnError: true });
  expect([ok, output]).toEqual([false, expect.not.stringContaining("applied to")]);
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

describe("PTR records that were renamed with --target, so that their copies under the former names are still there", () => {
  const names = ["one", "two", "three"] as const;
  let project: Project;
  let before: ReturnType<Project["account"]>;
  let addresses: string[];
  const declare = (age: string) =>
    project.declare(
      names
        .map(
          (name, i) =>
            `new PtrRecord("${age} ${name}", { address: "${addresses[i]}", ptrRecord: "${name}.example.com" });`,
        )
        .join("\n"),
    );
  const served = () => addresses.map((address) => project.address(address)?.ptrRecord);
  const declared = names.map((name) => `${name}.example.com`);
  const inState = () => project.resources.map(({ urn }) => urn.split("::").at(-1)).sort();

  beforeAll(async () => {
    project = await start({ seed: { servers: [{ uuid: servers.mail, ipAddresses: [{}, {}, {}] }] } });
    before = project.account();
    addresses = before.addresses.map(({ address }) => address);
    declare("former");
    await project.up();
    declare("present");
    await project.up({ target: ["**::present *"] });
    expect(project.resources).toHaveLength(6);
  });

  test("destroy --target of a copy leaves the record", async () => {
    expect((await project.destroy({ target: ["**::former one"] })).ok).toBe(true);
    expect([served(), inState()]).toEqual([declared, expect.not.arrayContaining(["former one"])]);
  });

  test("up --target of a copy leaves the record", async () => {
    expect((await project.up({ target: ["**::former two"] })).ok).toBe(true);
    const left = ["former three", "present one", "present three", "present two"];
    expect([served(), inState()]).toEqual([declared, left]);
  });

  test("a destroy puts the previous records back, of the last copy alone and of both together", async () => {
    expect((await project.destroy()).ok).toBe(true);
    expect([project.account(), project.resources]).toEqual([before, []]);
  });
});

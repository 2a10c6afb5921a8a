import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress, type ServerIpAddressArgs } from "pulumi-upcloud-ip";
import { runStep } from "../../../tools/childProcess";
import { mail, web } from "../../support/demoServers";

const root = resolve(__dirname, "../../..");
const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
const text = 'exports.handler = () => require("pulumi-upcloud-ip/provider").serverIpAddress;';
const typeOfRecord = "pulumi-nodejs:dynamic/upcloud:PtrRecord";
const textOfRecord = 'exports.handler = () => require("pulumi-upcloud-ip/provider").ptrRecord;';
const server = web;

describe("what a declaration registers", () => {
  let registered: pulumi.runtime.MockResourceArgs[] = [];

  beforeAll(async () => {
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args);
        return { id: args.id || `id-of-${args.name}`, state: args.inputs };
      },
      call: () => ({}),
    });
  });
  beforeEach(() => {
    registered = [];
  });

  const valueIn = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));

  async function registrationOf(resource: pulumi.Resource): Promise<pulumi.runtime.MockResourceArgs> {
    const urn = await valueIn(resource.urn);
    return registered.find(({ name }) => urn.endsWith(`::${name}`)) as pulumi.runtime.MockResourceArgs;
  }

  /** The inputs but those that are the package's own, which no user gives and which begin with two underscores. */
  const givenIn = ({ inputs }: pulumi.runtime.MockResourceArgs) =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));

  class Note extends pulumi.CustomResource {
    constructor(name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      super("test:index:Note", name, props, opts);
    }
  }

  test("a ServerIpAddress has its type token, exactly the inputs that are given, and the name of its lifecycle", async () => {
    const args: ServerIpAddressArgs = { server, family: "IPv6", ptrRecord: pulumi.output("mail.example.com") };
    const mail = await registrationOf(new ServerIpAddress("mail", args));
    expect(mail).toMatchObject({ type, custom: true, inputs: { __provider: text } });
    expect(givenIn(mail)).toEqual({ server, family: "IPv6", ptrRecord: "mail.example.com" });
    expect(registered).toHaveLength(1);
    expect(Object.keys(args)).toEqual(["server", "family", "ptrRecord"]);
  });

  test("the name of the lifecycle is at most 120 bytes and the same in every resource", async () => {
    const one = await registrationOf(new ServerIpAddress("one", { server }));
    const two = await registrationOf(new ServerIpAddress("two", { server, adopt: "203.0.113.7" }));
    expect([one.inputs.__provider, two.inputs.__provider]).toEqual([text, text]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(120);
  });

  test("`get` reads by the address, with no inputs but the name of the lifecycle", async () => {
    const found = await registrationOf(ServerIpAddress.get("found", "203.0.113.7"));
    expect([found.type, found.id, found.inputs]).toEqual([type, "203.0.113.7", { __provider: text }]);
  });

  test("`address` is the id", async () => {
    const mail = new ServerIpAddress("mail", { server });
    expect(await valueIn(mail.address)).toBe("id-of-mail");
    expect(await valueIn(mail.id)).toBe("id-of-mail");
  });

  test("a child of another type is left alone", async () => {
    const parent = new ServerIpAddress("parent", { server });
    const child = await registrationOf(new Note("child", { text: "hello" }, { parent }));
    expect(child.inputs).toEqual({ text: "hello" });
  });

  test("a dynamic child of another type keeps its own lifecycle", async () => {
    class Echo extends pulumi.dynamic.Resource {}
    const provider = { create: async () => ({ id: "echo", outs: {} }) };
    const parent = new ServerIpAddress("parent", { server });
    const alone = await registrationOf(new Echo(provider, "alone", {}));
    const child = await registrationOf(new Echo(provider, "child", {}, { parent }));
    expect(alone.inputs.__provider).not.toBe(text);
    expect(child.inputs).toEqual(alone.inputs);
  });

  test("a child of the same type names the lifecycle too", async () => {
    const parent = new ServerIpAddress("parent", { server });
    const child = await registrationOf(new ServerIpAddress("child", { server }, { parent }));
    expect([givenIn(child), child.inputs.__provider]).toEqual([{ server }, text]);
  });

  test("transformations of the user run, for the resource and its children, and their list stays as it was", async () => {
    const seen: string[] = [];
    const transformations: pulumi.ResourceTransformation[] = [
      ({ name, props, opts }) => {
        seen.push(name);
        return { props: { ...props, changedBy: "the user" }, opts };
      },
    ];
    const opts: pulumi.CustomResourceOptions = { transformations, protect: true };
    const parent = new ServerIpAddress("parent", { server }, opts);
    const child = await registrationOf(new Note("child", { text: "hello" }, { parent }));
    expect(seen).toEqual(["parent", "child"]);
    const { inputs } = await registrationOf(parent);
    expect(inputs).toMatchObject({ server, changedBy: "the user", __provider: text });
    expect(child.inputs).toEqual({ text: "hello", changedBy: "the user" });
    expect(opts).toEqual({ transformations, protect: true });
    expect(transformations).toHaveLength(1);
  });

  test("a PtrRecord has its type token, exactly the inputs that are given, and the name of its lifecycle", async () => {
    const args = { address: "203.0.113.7", ptrRecord: pulumi.output("mail.example.com") };
    const record = await registrationOf(new PtrRecord("record", args));
    expect([record.type, record.inputs.__provider]).toEqual([typeOfRecord, textOfRecord]);
    expect(givenIn(record)).toEqual({ address: "203.0.113.7", ptrRecord: "mail.example.com" });
  });

  test("`PtrRecord.get` reads by the address, with no inputs but the name of the lifecycle", async () => {
    const found = await registrationOf(PtrRecord.get("record", "203.0.113.7"));
    expect([found.type, found.id, found.inputs]).toEqual([typeOfRecord, "203.0.113.7", { __provider: textOfRecord }]);
    expect(PtrRecord.isInstance(PtrRecord.get("another", "203.0.113.7"))).toBe(true);
    const address = new ServerIpAddress("an address", { server });
    expect([undefined, {}, typeOfRecord, address].filter((value) => PtrRecord.isInstance(value))).toEqual([]);
  });

  test("a PtrRecord tells whose address it is given only where that declares a record itself", async () => {
    const sharedWith = async (mail: ServerIpAddress, address: pulumi.Input<string> = mail.address) => {
      const name = `record-of-${++records}`;
      const { inputs } = await registrationOf(new PtrRecord(name, { address, ptrRecord: "a.example.com" }));
      return inputs.__program;
    };
    let records = 0;
    const declaring = new ServerIpAddress("declaring", { server, ptrRecord: pulumi.output("mail.example.com") });
    const undecided = new ServerIpAddress("undecided", { server, ptrRecord: pulumi.output(undefined as never) });
    const leaving = new ServerIpAddress("leaving", { server });
    expect(await sharedWith(declaring)).toMatchObject({ name: "record-of-1", sharedWith: "declaring" });
    expect(await sharedWith(declaring, declaring.id)).toMatchObject({ sharedWith: "declaring" });
    for (const others of [sharedWith(undecided), sharedWith(leaving), sharedWith(leaving, "203.0.113.7")]) {
      expect((await others).sharedWith).toBeUndefined();
    }
  });

  describe("the program's hints of an address", () => {
    const other = mail;
    const hintsOf = async (resource: ServerIpAddress) => JSON.parse((await registrationOf(resource)).inputs.__program);
    const onServer = async (...resources: ServerIpAddress[]) =>
      (await Promise.all(resources.map(hintsOf))).map((hints) => hints.onServer);

    test("counts the addresses of its server that are declared with it, in any spelling of the UUID", async () => {
      const on = "00798b85-efdc-41ca-8021-f6ef457b8531";
      const [one, elsewhere] = [
        new ServerIpAddress("one of two", { server: on }),
        new ServerIpAddress("x", { server: other }),
      ];
      const two = new ServerIpAddress("two of two", { server: pulumi.output(on.toUpperCase()) });
      expect(await onServer(one, elsewhere, two)).toEqual([2, 1, 2]);
      const late = [on, pulumi.output(on)].map((server, index) => new ServerIpAddress(`late ${index}`, { server }));
      expect(await onServer(...late)).toEqual([4, 4]);
      expect(await hintsOf(one)).toEqual({
        preview: false,
        onServer: 2,
        urn: `urn:pulumi:stack::project::${type}::one of two`,
      });
    });

    test("counts those that another provider has, also one that a component hands down", async () => {
      const on = "00333d1b-3a4a-4b75-820a-4a56d70395dd";
      class Provider extends pulumi.ProviderResource {
        constructor() {
          super("pulumi-nodejs", "second", {});
        }
      }
      const provider = new Provider();
      const parent = new pulumi.ComponentResource("test:index:Mail", "mail", {}, { providers: [provider] });
      const all = [{}, {}, { provider }, { parent }].map(
        (options, index) => new ServerIpAddress(`of a provider ${index}`, { server: on }, options),
      );
      const told = (await Promise.all(all.map(hintsOf))).map(({ onServer, withOtherProviders }) => [
        onServer,
        withOtherProviders,
      ]);
      expect(told).toEqual([
        [4, 2],
        [4, 2],
        [4, 2],
        [4, 2],
      ]);
    });

    test("is sent in one turn of the event loop for each run of addresses of one server", async () => {
      const servers = [server, server, other, server, other, other];
      const all = servers.map((server, index) => new ServerIpAddress(`turn ${index}`, { server }));
      const turns: string[][] = [];
      for (let told = 0; told < all.length; told = registered.length) {
        await new Promise(setImmediate);
        turns.push(registered.slice(told).map(({ name }) => name));
      }
      expect(turns.filter((names) => names.length > 0)).toEqual([
        ["turn 0", "turn 1"],
        ["turn 2"],
        ["turn 3"],
        ["turn 4", "turn 5"],
      ]);
    });
  });

  test("isInstance is true for a ServerIpAddress, also one that is only read", () => {
    expect(ServerIpAddress.isInstance(new ServerIpAddress("mail", { server }))).toBe(true);
    expect(ServerIpAddress.isInstance(ServerIpAddress.get("found", "203.0.113.7"))).toBe(true);
  });

  test("isInstance is false for every other value", () => {
    const others = [undefined, null, 0, "", type, {}, [], ServerIpAddress, new Note("note", {})];
    expect(others.filter((value) => ServerIpAddress.isInstance(value))).toEqual([]);
  });
});

describe("what Pulumi's plugin makes of a `__provider`", () => {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-named-"));
  const [program, without] = [join(directory, "program"), join(directory, "without")];
  beforeAll(() => {
    for (const folder of [program, without]) {
      mkdirSync(join(folder, "node_modules"), { recursive: true });
      symlinkSync(join(root, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
    }
    symlinkSync(root, join(program, "node_modules/pulumi-upcloud-ip"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs it in a Node of its own, in the program's directory as Pulumi runs its plugin. It calls `report`. */
  async function inNode(script: string, cwd = program): Promise<unknown> {
    const support = `
      const pulumi = require("@pulumi/pulumi");
      const ofPulumi = require("module").createRequire(require.resolve("@pulumi/pulumi/package.json"));
      const evaluate = (text) => ofPulumi("require-from-string")(text);
      const report = (value) => process.stdout.write(JSON.stringify(value));`;
    const main = `(async () => {${script}})();`;
    const options = { cwd, giveUp: AbortSignal.timeout(60_000) };
    return JSON.parse(await runStep(process.execPath, ["-e", `${support}\n${main}`], options));
  }

  const shape = `(module) => ({
    exports: Object.keys(module),
    parameters: module.handler.length,
    create: typeof module.handler().create,
  })`;

  test("our text gives the lifecycle of the package that the program has installed", async () => {
    const found = await inNode(`
      const life = evaluate(${JSON.stringify(text)}).handler();
      const { inputs } = await life.check({}, { server: "${server.toUpperCase()}" });
      report([life === require("pulumi-upcloud-ip/provider").serverIpAddress, inputs.server]);
    `);
    expect(found).toEqual([true, server]);
  });

  test("our text names the package, when the program has not installed it", async () => {
    const message = await inNode(
      `try { evaluate(${JSON.stringify(text)}).handler(); } catch (error) { report(error.message); }`,
      without,
    );
    expect(message).toMatch(/^Cannot find module 'pulumi-upcloud-ip\/provider'/);
  });

  test("the text that the SDK serialises is a module of the same form as ours", async () => {
    const found = await inNode(`
      const provider = { create: async (inputs) => ({ id: "1", outs: inputs }) };
      const { text } = await pulumi.runtime.serializeFunction(() => provider);
      const ours = ${JSON.stringify(text)};
      const { outs } = await evaluate(text).handler().create({ colour: "red" });
      report({ forms: [text, ours].map(evaluate).map(${shape}), outs });
    `);
    const form = { exports: ["handler"], parameters: 0, create: "function" };
    expect(found).toEqual({ forms: [form, form], outs: { colour: "red" } });
  });

  test("the text that the SDK registers for a dynamic resource is a module of that form, as `__provider`", async () => {
    const found = await inNode(`
      const provider = { create: async (inputs) => ({ id: "1", outs: inputs }) };
      let registered;
      await pulumi.runtime.setMocks({
        newResource: ({ inputs }) => ((registered = inputs), { id: "1", state: inputs }),
        call: () => ({}),
      });
      const { urn } = new pulumi.dynamic.Resource(provider, "trivial", { colour: "red" });
      await new Promise((done) => urn.apply(done));
      const { __provider, ...inputs } = registered;
      report({ form: (${shape})(evaluate(__provider)), inputs });
    `);
    expect(found).toEqual({
      form: { exports: ["handler"], parameters: 0, create: "function" },
      inputs: { colour: "red" },
    });
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runStep } from "../../../tools/childProcess";
import { web as server } from "../../support/demoServers";
import { text } from "./support/registrations";

const root = resolve(__dirname, "../../..");

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

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runStep } from "../../../tools/childProcess";
import { servers } from "../support/project";
import { Workshop } from "./support/consumer";
import { Place, yes } from "./support/place";

const workshop = new Workshop();
beforeAll(() => workshop.open("pnpm", "bun"));
afterAll(() => workshop.close());

const created = ["GET", "POST", "PUT"];
const destroyed = ["GET", "DELETE"];
const manifest = (content: object) => JSON.stringify({ private: true, version: "1.0.0", ...content });
const sdk = { "@pulumi/pulumi": "latest" };

describe("an inline program", () => {
  const program = `
    import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
    import { ServerIpAddress } from "pulumi-upcloud-ip";
    const [operation, workDir] = process.argv.slice(2);
    const program = async () => {
      new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "mail.example.com" });
    };
    const where = { stackName: "inline", projectName: "addresses", program };
    const stack = await LocalWorkspace.createOrSelectStack(where, workDir ? { workDir } : {});
    await stack[operation]();
  `;
  let directory: string;
  let place: Place;

  beforeAll(async () => {
    const files = { "package.json": manifest({}), "main.mjs": program };
    directory = await workshop.lay(files, "bun add pulumi-upcloud-ip@TARBALL @pulumi/pulumi", "24");
    place = await Place.open(directory, workshop.pathOf("24"), true);
  });
  afterAll(() => place?.end());

  test("works in Bun, with the lifecycle in Node", async () => {
    expect(await place.run("bun", ["main.mjs", "up"])).toEqual(created);
    expect(await place.run("bun", ["main.mjs", "refresh"])).toEqual(["GET"]);
    expect(await place.run("bun", ["main.mjs", "destroy"])).toEqual(destroyed);
  });

  test("works with a workDir that has neither a Pulumi.yaml nor node_modules", async () => {
    const workDir = folder("work");
    expect(await place.run("node", ["main.mjs", "up", workDir])).toEqual(created);
    expect(await place.run("node", ["main.mjs", "destroy", workDir])).toEqual(destroyed);
  });

  test("that was started where nothing is installed fails, and a warning says where to start it", async () => {
    const elsewhere = folder("../elsewhere");
    const output = await place.says(`node ${join(directory, "main.mjs")} preview`, elsewhere);
    expect(output).toContain(`warning: pulumi-upcloud-ip is not installed in ${elsewhere}, where this inline program`);
  });

  function folder(name: string): string {
    mkdirSync(join(directory, name));
    return join(directory, name);
  }
});

describe("in a workspace where only a component library depends on the package", () => {
  const library = `
    const pulumi = require("@pulumi/pulumi");
    const { ServerIpAddress } = require("pulumi-upcloud-ip");
    exports.Mail = class extends pulumi.ComponentResource {
      constructor(name, server) {
        super("library:index:Mail", name);
        new ServerIpAddress(name, { server, ptrRecord: "mail.example.com" }, { parent: this });
      }
    };`;
  const program = `new (require("library").Mail)("mail", "${servers.web}");`;
  const projects = ["dev", "prod"];
  const filesFor = (libraryVersion: string) => ({
    "package.json": manifest({ name: "workspace", workspaces: ["packages/*"] }),
    "packages/library/package.json": manifest({
      name: "library",
      dependencies: { "pulumi-upcloud-ip": "TARBALL" },
      peerDependencies: { "@pulumi/pulumi": "^3.139.0" },
    }),
    "packages/library/index.js": library,
    ...Object.fromEntries(
      projects.flatMap((name) => [
        [
          `packages/${name}/package.json`,
          manifest({ name, main: "index.js", dependencies: { ...sdk, library: libraryVersion } }),
        ],
        [`packages/${name}/Pulumi.yaml`, `name: ${name}\nruntime: nodejs\n`],
        [`packages/${name}/index.js`, program],
      ]),
    ),
  });
  const pnpm = filesFor("workspace:*");
  const packages = "packages: [packages/*]\n";

  /** Each project has its own account. */
  async function inEach(directory: string, check: (place: Place, folder: string) => Promise<void>): Promise<void> {
    for (const project of projects) {
      const folder = join(directory, "packages", project);
      const place = await Place.open(folder, workshop.pathOf("22"));
      await check(place, folder).finally(() => place.end());
    }
  }

  const works = async (place: Place) => {
    expect(await place.pulumi("up", ...yes)).toEqual(created);
    expect(await place.pulumi("destroy", ...yes)).toEqual(destroyed);
  };

  test.each([
    ["npm", filesFor("*")],
    ["pnpm", { ...pnpm, "pnpm-workspace.yaml": `${packages}nodeLinker: hoisted\n` }],
  ])("two projects share the node_modules that %s hoists", async (manager, files) => {
    await inEach(await workshop.lay(files, `${manager} install`, "22"), works);
  });

  test("without hoisting the preview says what to install where, and it works once that is done", async () => {
    const files = { ...pnpm, "pnpm-workspace.yaml": packages };
    await inEach(await workshop.lay(files, "pnpm install", "22"), async (place, folder) => {
      const output = await place.says("pulumi preview --non-interactive");
      expect(output).toContain(`error: pulumi-upcloud-ip is not installed in ${folder}, the folder of the program`);
      expect(output).not.toMatch(/Cannot find module|^\s+at /m);
      await workshop.runIn(folder, "pnpm add pulumi-upcloud-ip@TARBALL", "22");
      await works(place);
    });
  });
});

describe("the types", () => {
  const program = `
    import type { Output } from "@pulumi/pulumi";
    import { getIpAddress, PtrRecord, ServerIpAddress, type ServerIpAddressArgs } from "pulumi-upcloud-ip";
    import { serverIpAddress } from "pulumi-upcloud-ip/provider";
    import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
    const args: ServerIpAddressArgs = { server: "${servers.web}", family: "IPv6" };
    export const declare = (): Output<string> => new ServerIpAddress("mail", args).address;
    export const record = () => new PtrRecord("mail", { address: "198.51.100.7", ptrRecord: "mail.example.com" });
    export const start = (): Promise<Simulator> => startSimulator();
    export const server = getIpAddress({ address: "198.51.100.7" }).then((found) => found.server);
    export const { check } = serverIpAddress;
    // @ts-expect-error: there is no such family.
    export const wrong: ServerIpAddressArgs = { server: "${servers.web}", family: "IPv5" };
  `;
  let directory: string;

  beforeAll(async () => {
    const compilers = ["5", "6", "7"].map((major) => [`typescript${major}`, `npm:typescript@${major}`]);
    const dependencies = { ...sdk, "pulumi-upcloud-ip": "TARBALL", "@types/node": "^22.0.0" };
    const files = {
      "package.json": manifest({ dependencies: { ...dependencies, ...Object.fromEntries(compilers) } }),
      "index.ts": program,
    };
    // Pulumi's SDK has a peer dependency on TypeScript 6 at most.
    directory = await workshop.lay(files, "npm install --legacy-peer-deps", "24");
  });

  test.concurrent.each([
    ["5", "nodenext", "nodenext"],
    ["5", "commonjs", "node"],
    ["6", "nodenext", "nodenext"],
    ["6", "commonjs", "node"],
    ["6", "esnext", "bundler"],
    ["7", "nodenext", "nodenext"],
    ["7", "esnext", "bundler"],
  ])("compile with TypeScript %s, module %s, moduleResolution %s", async (major, module, moduleResolution) => {
    const options = { module, moduleResolution, target: "es2022", types: "node" };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    if (major === "6" && moduleResolution === "node") flags.push("--ignoreDeprecations", "6.0");
    const tsc = join(directory, "node_modules", `typescript${major}`, "bin/tsc");
    const args = [tsc, "--noEmit", "--strict", ...flags, "index.ts"];
    expect(await runStep(process.execPath, args, { cwd: directory, giveUp: AbortSignal.timeout(240_000) })).toBe("");
  });
});

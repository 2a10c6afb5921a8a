import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nameOf } from "../../src/audit/hints";
import { readStackState } from "../../src/state/stackState";
import { runStep } from "../../tools/childProcess";
import { cli, kill, killLeftovers, processesOf, provider } from "./support/processes";
import { type Outcome, type Project, servers } from "./support/project";
import { endAll, start } from "./support/runningServers";

const projects: Project[] = [];
afterEach(() => projects.splice(0).forEach(killLeftovers));
afterAll(endAll);

const declared = (name: string, more = "") =>
  `const ${name} = new ServerIpAddress("${name}", { server: "${servers.web}", ${more} });`;

/** A stack that has an address on the server, while its `up` waits for the answer that brings the second one. */
async function interruptible(): Promise<{ project: Project; leaked: string; up: Promise<Outcome> }> {
  const project = await start();
  projects.push(project);
  project.declare(declared("first"));
  expect((await project.up()).ok).toBe(true);
  const before = project.account().addresses.map(({ address }) => address);
  project.simulator.faults.add({ kind: "no-answer", when: "after-effect", method: "POST", path: "/ip_address" });
  project.declare(`${declared("first")}\n${declared("second")}`);
  const up = project.up();
  for (;;) {
    const bought = project.account().addresses.filter(({ address }) => !before.includes(address));
    if (bought[0] !== undefined) return { project, leaked: bought[0].address, up };
    await Promise.race([sleep(20), up.then(({ output }) => Promise.reject(new Error(output)))]);
  }
}

/** The built command, as a user runs it in the folder of the project. */
async function audit(project: Project, ...options: string[]) {
  const command = resolve(__dirname, "../../dist/audit/cli.js");
  const where = { cwd: project.directory, env: environment(project) };
  const child = spawn(process.execPath, [command, "audit", ...options], where);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

async function pendingOf({ stack }: Project): Promise<{ type: string; resource: { urn: string } }[]> {
  const { deployment } = await stack.exportStack();
  return deployment.pending_operations ?? [];
}

const root = process.env.PULUMI_CLI_ROOT as string;

const environment = ({ stack }: Project) => ({
  ...process.env,
  ...stack.workspace.envVars,
  PATH: `${join(root, "bin")}:${process.env.PATH}`,
});

/** The Pulumi CLI with these arguments; rejects when it fails. */
const pulumi = (project: Project, ...args: string[]) =>
  runStep("pulumi", args, { cwd: project.directory, env: environment(project) });

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("an address that was bought by a create", () => {
  test("whose provider was killed is in no record: audit lists it alone, and adopted it is lost no more", async () => {
    const { project, leaked, up } = await interruptible();
    kill(project, provider);
    expect((await up).ok).toBe(false);
    expect((await project.resources()).map(({ urn }) => nameOf(urn))).toEqual(["first"]);
    expect(await pendingOf(project)).toEqual([]);

    const found = await audit(project);
    expect(found).toEqual({
      code: 1,
      output: expect.stringMatching(/^1 address looks like the result of an interrupted create:\n/),
    });
    const [line] = /adopt: .+$/m.exec(found.output) ?? [];
    expect(line).toBe(`adopt: "${leaked}"`);

    project.declare(`${declared("first")}\n${declared("second", line)}\nexports.second = second.address;`);
    const adopted = await project.up();
    expect([adopted.ok, adopted.requests.filter((request) => !request.startsWith("GET"))]).toEqual([true, []]);
    expect(await project.outputs()).toEqual({ second: leaked });
    expect(await audit(project, "--stack", "test")).toEqual({
      code: 0,
      output: expect.stringContaining("These stacks manage 2 addresses of the account"),
    });
  });

  test("whose CLI was killed is pending, as one under way is: audit names its resource, and Pulumi's import of pending creates loses it", async () => {
    const { project, leaked, up } = await interruptible();
    const { addresses, pendingOperations } = await readStackState({
      stack: "test",
      cwd: project.directory,
      env: environment(project),
    });
    expect(addresses.map(({ urn }) => nameOf(urn))).toEqual(["first"]);
    expect(pendingOperations.map(({ type, urn }) => [type, nameOf(urn)])).toEqual([["creating", "second"]]);

    kill(project, cli);
    expect((await up).ok).toBe(false);
    expect(processesOf(project).filter(({ command }) => provider.test(command))).toHaveLength(1);
    killLeftovers(project);

    // The killed operation still holds the lock of the stack: the audit takes none.
    const found = await audit(project, "--json");
    const { suspects } = JSON.parse(found.output);
    expect([found.code, suspects]).toEqual([
      1,
      [expect.objectContaining({ address: leaked, resource: expect.objectContaining({ name: "second" }) })],
    ]);

    await project.stack.cancel();
    const [pending] = await pendingOf(project);
    expect(pending).toMatchObject({ type: "creating", resource: { urn: suspects[0].resource.urn } });
    const flags = [suspects[0].resource.urn, leaked].flatMap((value) => ["--import-pending-creates", value]);
    const refreshed = await pulumi(project, "refresh", "--yes", "--skip-preview", "--stack", "test", ...flags);
    expect(refreshed).toContain("2 unchanged");
    expect(await pendingOf(project)).toEqual([]);
    expect((await project.resources()).map(({ id }) => id)).not.toContain(leaked);
    expect((await audit(project)).output).toContain(`adopt: "${leaked}"`);
  });
});

import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readStackState } from "../../../src/state/stackState";
import { resourceNameIn } from "../../../src/state/urns";
import { runStep } from "../../../tools/childProcess";
import { audit, environmentOf } from "../support/audits";
import { cli, kill, killLeftovers, processesOf, provider } from "../support/processes";
import { type Outcome, type Project, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

const projects: Project[] = [];
afterEach(() => projects.splice(0).forEach(killLeftovers));
afterAll(endAll);

const declared = (name: string, more = "") =>
  `const ${name} = new ServerIpAddress("${name}", { server: "${servers.web}", ${more} });`;

interface Interruptible {
  project: Project;
  bought: string[];
  up: Promise<Outcome>;
}

/** An `up` that waits for the answers to its assigns. */
async function interruptible(project: Project, program: string, count: number): Promise<Interruptible> {
  projects.push(project);
  const before = project.account().addresses.map(({ address }) => address);
  const lost = { kind: "no-answer", when: "after-effect", method: "POST", path: "/ip_address" } as const;
  project.simulator.faults.add({ ...lost, times: count });
  project.declare(program);
  const up = project.up();
  for (;;) {
    const addresses = project.account().addresses.map(({ address }) => address);
    const bought = addresses.filter((address) => !before.includes(address));
    if (bought.length === count) return { project, bought, up };
    await Promise.race([sleep(20), up.then(({ output }) => Promise.reject(new Error(output)))]);
  }
}

/** What the next machine knows nothing of. */
const forgetJournal = ({ directory }: Project) =>
  rmSync(join(directory, "home", "upcloud-ip"), { recursive: true, force: true });

async function pendingOf({ stack }: Project): Promise<{ type: string; resource: { urn: string } }[]> {
  const { deployment } = await stack.exportStack();
  return deployment.pending_operations ?? [];
}

/** The Pulumi CLI with these arguments; rejects when it fails. */
const pulumi = (project: Project, ...args: string[]) =>
  runStep("pulumi", args, { cwd: project.directory, env: environmentOf(project) });

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("an address that was bought on a machine that is gone", () => {
  test("by a provider that was killed during the stack's first creates is in no record: audit lists or counts it as possible, and an adoption recovers it", async () => {
    const six = `family: "IPv6", `;
    const { project, bought, up } = await interruptible(
      await start(),
      `${declared("four")}\n${declared("six", six)}`,
      2,
    );
    kill(project, provider);
    expect((await up).ok).toBe(false);
    expect([project.resources, await pendingOf(project)]).toEqual([[], []]);
    forgetJournal(project);

    const found = await audit(project, ["--all"]);
    expect([found.code, found.output]).toEqual([
      0,
      expect.stringMatching(/^No address looks like the result of an interrupted create\.\n\n1 address may be the/),
    ]);
    const [four, sixth] = [".", ":"].map((mark) => bought.find((address) => address.includes(mark)));
    const [possible, others] = found.output.split("These stacks manage");
    expect([possible, others]).toEqual([expect.stringContaining(` ${four} `), expect.stringContaining(` ${sixth} `)]);

    project.declare(`${declared("four", `adopt: "${four}"`)}\n${declared("six", `${six}adopt: "${sixth}"`)}`);
    const adopted = await project.up();
    expect([adopted.ok, adopted.requests.filter((request) => !request.startsWith("GET"))]).toEqual([true, []]);
    expect(project.resources.map(({ id }) => id).sort()).toEqual(bought.sort());
    expect(await audit(project, ["--stack", "test"])).toEqual({
      code: 0,
      output: expect.stringContaining("These stacks manage 2 addresses of the account"),
    });
  });

  test("under a CLI that was killed is pending in the state: audit names its resource, and Pulumi's import of pending creates loses it", async () => {
    const { project, bought, up } = await interruptible(await start(), declared("second"), 1);
    const run = { stack: "test", cwd: project.directory, env: environmentOf(project) };
    const { addresses, pendingOperations } = await readStackState(run);
    expect(addresses).toEqual([]);
    expect(pendingOperations.map(({ type, urn }) => [type, resourceNameIn(urn)])).toEqual([["creating", "second"]]);

    kill(project, cli);
    expect((await up).ok).toBe(false);
    expect(processesOf(project).filter(({ command }) => provider.test(command))).toHaveLength(1);
    killLeftovers(project);
    forgetJournal(project);

    // The killed operation still holds the lock of the stack: the audit takes none.
    const found = await audit(project, ["--json"]);
    const { suspects } = JSON.parse(found.output);
    expect([found.code, suspects]).toEqual([
      1,
      [expect.objectContaining({ address: bought[0], resource: expect.objectContaining({ name: "second" }) })],
    ]);

    await project.stack.cancel();
    const [pending] = await pendingOf(project);
    expect(pending).toMatchObject({ type: "creating", resource: { urn: suspects[0].resource.urn } });
    const flags = [suspects[0].resource.urn, bought[0]].flatMap((value) => ["--import-pending-creates", value]);
    const refreshed = await pulumi(project, "refresh", "--yes", "--skip-preview", "--stack", "test", ...flags);
    expect(refreshed).toContain("1 unchanged");
    expect(await pendingOf(project)).toEqual([]);
    expect(project.resources.map(({ id }) => id)).not.toContain(bought[0]);
    expect((await audit(project)).output).toContain(` ${bought[0]} `);
  });

  test("under a CLI that was killed is imported with all others by the file that audit writes, and is then like a created one", async () => {
    const { project, bought, up } = await interruptible(
      await start(),
      `${declared("four")}\n${declared("six", 'family: "IPv6", ptrRecord: "mx2.example.com"')}`,
      2,
    );
    kill(project, cli);
    expect((await up).ok).toBe(false);
    killLeftovers(project);
    forgetJournal(project);
    await project.stack.cancel();
    const { simulator } = project;
    simulator.account.modifyIpAddress(bought.find((address) => address.includes(":")) as string, {
      ptrRecord: "mx2.example.com",
    });
    const before = project.account();

    const found = await audit(project, ["--import-file", "lost.json"]);
    expect([found.code, found.output]).toEqual([1, expect.stringContaining("pulumi import --file lost.json")]);
    simulator.clearRequests();
    const flags = ["--file", "lost.json", "--generate-code=false", "--yes", "--skip-preview", "--stack", "test"];
    expect(await pulumi(project, "import", ...flags)).toContain("2 imported");
    expect(simulator.requests).toEqual([]);
    expect(project.resources.map(({ id }) => id).sort()).toEqual([...bought].sort());

    const declarations = found.output.match(/^ {2}new ServerIpAddress.*$/gm) ?? [];
    expect(declarations).toHaveLength(2);
    project.declare(declarations.join("\n"));
    const isUnchanged = { ok: true, changes: { same: 3 } };
    expect(await project.up()).toMatchObject(isUnchanged);
    expect(await project.refresh()).toMatchObject(isUnchanged);
    expect(project.account()).toEqual(before);

    expect((await project.destroy()).output).toContain("is protected");
    simulator.clearRequests();
    await pulumi(project, "destroy", "--yes", "--skip-preview", "--ignore-protect", "--stack", "test");
    expect(simulator.requests.map(({ method }) => method).sort()).toEqual(["DELETE", "DELETE", "GET"]);
    expect(project.account().addresses.filter(({ address }) => bought.includes(address))).toEqual([]);
  });
});

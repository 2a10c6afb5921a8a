import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { Seed } from "pulumi-upcloud-ip/simulator";
import type { Project } from "../support/project";
import { endAll, start, writes } from "../support/runningServers";

interface Kept {
  program: string;
  seed: Seed;
  state: Deployment;
}

const directory = join(__dirname, "../states");
const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
const read = (file: string) => readFileSync(join(directory, file), "utf8");

afterAll(endAll);

describe.each(files)("the state in %s", (file) => {
  let project: Project;
  const { program, seed, state }: Kept = JSON.parse(read(file));
  const ids = () =>
    state.deployment.resources.flatMap(({ id, custom, type }: { id?: string; custom: boolean; type: string }) =>
      custom && !type.startsWith("pulumi:") ? [id] : [],
    );

  beforeAll(async () => {
    project = await start({ seed });
    project.declare(program);
    await project.stack.importStack(state);
  });

  test("shows no change in a preview, and asks UpCloud nothing", async () => {
    const { output, changes, requests } = await project.preview();
    expect({ output, changes, requests }).toMatchObject({ changes: { same: 1 + ids().length }, requests: [] });
  });

  test("shows a record that was changed outside in a refresh, and up puts it right", async () => {
    const [mail] = project.account().addresses.filter(({ ptrRecord }) => ptrRecord === "mail.example.com");
    const address = mail?.address ?? "";
    project.simulator.account.modifyIpAddress(address, { ptrRecord: "drifted.example.com" });
    const refreshed = await project.refresh();
    expect([refreshed.ok, refreshed.changes.update]).toEqual([true, 1]);
    const { ok, requests } = await project.up();
    expect([ok, writes(requests)]).toEqual([true, { [`PUT /1.2/ip_address/${address}`]: 1 }]);
  });

  test("is destroyed: the present code releases its addresses and no other", async () => {
    const others = project.account().addresses.filter(({ address }) => !ids().includes(address));
    const { ok, output } = await project.destroy();
    expect([ok, output]).toEqual([true, expect.any(String)]);
    expect(project.account().addresses).toEqual(others);
    expect(project.simulator.account.listServers().map(({ state }) => state)).toEqual(["started", "stopped"]);
  });
});

test("the states hold no path of a computer", () => {
  for (const file of files) expect(read(file)).not.toMatch(/file:|\/(home|root|tmp|Users)\//);
});

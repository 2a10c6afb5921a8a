import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { releaseWorkflow } from "../../tools/release/checks";
import { nodes } from "../engine/package/support/nodes";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  "runs-on": string;
  needs?: string;
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> };
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const root = resolve(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const workflow = (file: string): Workflow => parse(read(file));
const check = workflow(".github/workflows/check.yml");
const release = workflow(releaseWorkflow);
const manifest = JSON.parse(read("package.json"));

const jobs = Object.entries({ check, release }).flatMap(([name, { jobs }]) =>
  Object.entries(jobs).map(([job, content]): [string, Job] => [`${name}, ${job}`, content]),
);
const commandsOf = (job: Job | undefined) => (job?.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [run]));

test("no other workflows are there", () => {
  expect(readdirSync(join(root, ".github/workflows")).sort()).toEqual(["check.yml", "release.yml"]);
});

describe.each(jobs)("the job %s", (_, job) => {
  test("runs commands that exist", () => {
    for (const command of commandsOf(job)) {
      const script = /^npm run (\S+)/.exec(command)?.[1] ?? /^npm (test)\b/.exec(command)?.[1];
      if (script !== undefined)
        expect([command, Object.keys(manifest.scripts)]).toEqual([command, expect.arrayContaining([script])]);
      else if (command.startsWith("npm ")) expect(command).toBe("npm ci --ignore-scripts");
      else expect([command, existsSync(join(root, command))]).toEqual([command, true]);
    }
    expect(commandsOf(job)).not.toEqual([]);
  });

  test("uses actions of GitHub alone, of one major version, and leaves no credentials in the checkout", () => {
    const actions = job.steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((action) => !/^actions\/[a-z-]+@v\d+$/.test(action))).toEqual([]);
    const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkout?.with).toMatchObject({ "persist-credentials": false });
  });
});

test("everything runs on Linux on each Node that consumers have, and the quick loop on macOS and Windows", () => {
  const { everything, quick } = check.jobs;
  expect([everything?.["runs-on"], everything?.strategy?.matrix.node]).toEqual(["ubuntu-latest", nodes]);
  expect(commandsOf(everything)).toEqual([".ci/run"]);
  expect(quick?.strategy?.matrix.os).toEqual(["macos-latest", "windows-latest"]);
  expect(commandsOf(quick)).toEqual(["npm run check"]);
  expect(nodes).toContain(read(".nvmrc").trim());
});

(process.platform === "win32" ? test.skip : test)("Linux can start .ci/run", () => {
  expect(statSync(join(root, ".ci/run")).mode & 0o111).not.toBe(0);
});

test("only the job that publishes has more than the right to read, after every check, for a tag", () => {
  expect([check.permissions, release.permissions]).toEqual([{ contents: "read" }, { contents: "read" }]);
  const { publish, ...others } = release.jobs;
  for (const job of [...Object.values(check.jobs), ...Object.values(others)])
    expect(job).not.toHaveProperty("permissions");
  expect(publish).toMatchObject({ needs: "check", permissions: { contents: "read", "id-token": "write" } });
  expect(commandsOf(others.check)).toEqual(["npm run release"]);
  expect(commandsOf(publish)).toEqual(["npm ci --ignore-scripts", "npm run release -- --publish"]);
  expect(release.on).toEqual({ push: { tags: ["v*"] } });
  expect(read(releaseWorkflow)).not.toContain("secrets.");
});

test("dependabot looks after the packages and the actions", () => {
  const { updates } = parse(read(".github/dependabot.yml"));
  const ecosystems = updates.map((one: Record<string, string>) => one["package-ecosystem"]);
  expect(ecosystems).toEqual(["npm", "github-actions"]);
});

test("the form for a bug asks for what is needed, and never for a token", () => {
  const { body } = parse(read(".github/ISSUE_TEMPLATE/bug.yml"));
  const required = body.filter(({ validations }: { validations?: { required: boolean } }) => validations?.required);
  const ids = required.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(["happened", "versions", "program", "preview", "account"]);
  expect(body.map(({ id }: { id?: string }) => id)).toContain("audit");
  expect(body[0].attributes.value).toContain("Never paste a token");
});

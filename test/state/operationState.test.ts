import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperationState } from "../../src/state/operationState";
import { folderOfCli } from "../../src/state/pulumiCli";
import type { StackState } from "../../src/state/stackState";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "operation-state-")));
  for (const name of ["bin", "project", "main"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const calls = () => {
  try {
    return readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
};

/** A `pulumi` whose stacks have a state in some folders only: by `folder:stack`, the id that the stack is deleting. */
function cli(stacks: Record<string, string>, listed: string[] = []): OperationState {
  const cases = Object.entries(stacks).map(
    ([place, id]) => `  *"${place}") printf '%s' '${JSON.stringify(stateDeleting(id))}' ;;`,
  );
  const script = `#!/bin/sh
stack=selected
folder=$PWD
list=
while [ $# -gt 0 ]; do
  case "$1" in
    ls) list=yes ;;
    --stack) stack=$2; shift ;;
    --cwd) folder=$2; shift ;;
  esac
  shift
done
echo "$folder:$stack$list" >> ${folder}/calls
if [ -n "$list" ]; then printf '%s' '${JSON.stringify(listed.map((name) => ({ name })))}'; exit; fi
case "$folder:$stack" in
${cases.join("\n")}
  *) echo "error: no stack named '$stack' found" >&2; exit 255 ;;
esac
`;
  writeFileSync(join(folder, "bin", "pulumi"), script, { mode: 0o755 });
  return new OperationState({ PATH: `${join(folder, "bin")}:/bin:/usr/bin` });
}

const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
const stateDeleting = (id: string) => ({
  version: 3,
  deployment: { pending_operations: [{ type: "deleting", resource: { urn: "urn", type, id } }] },
});
const deletes =
  (id: string) =>
  ({ pendingOperations }: StackState) =>
    pendingOperations.some((one) => one.id === id);
const hints = { stack: "organization/web/prod", projectFolder: "" };
const hintsHere = () => ({ ...hints, projectFolder: join(folder, "project") });

test("the state of the stack that the program names takes one call", async () => {
  const state = await cli({ [`:${hints.stack}`]: "198.51.100.3" }).read(
    { stack: hints.stack },
    deletes("198.51.100.3"),
  );
  expect(state.pendingOperations).toMatchObject([{ type: "deleting", id: "198.51.100.3" }]);
  expect(calls()).toHaveLength(1);
});

test("the project's folder is tried if the program runs in another one", async () => {
  const state = cli({ [`/project:${hints.stack}`]: "198.51.100.3" });
  await state.read(hintsHere(), deletes("198.51.100.3"));
  expect(calls().at(-1)).toBe(`${join(folder, "project")}:${hints.stack}`);
});

test("a stack of the legacy layout is read by the last part of its name", async () => {
  await cli({ ":prod": "198.51.100.3" }).read({ stack: hints.stack }, deletes("198.51.100.3"));
  expect(calls().map((call) => call.split(":").at(-1))).toEqual([hints.stack, "prod"]);
});

test("without a program the selected stack is read, and its place is remembered", async () => {
  const state = cli({ ":selected": "198.51.100.3" });
  await state.read({}, deletes("198.51.100.3"));
  await state.read({}, deletes("198.51.100.3"));
  expect(calls().map((call) => call.split(":").at(-1))).toEqual(["selected", "selected"]);
});

test("a stack that is not selected is found among the project's stacks", async () => {
  const stacks = { ":selected": "198.51.100.9", ":dev": "198.51.100.8", ":prod": "198.51.100.3" };
  await cli(stacks, ["dev", "prod", "web"]).read({}, deletes("198.51.100.3"));
  expect(calls().map((call) => call.split(":").at(-1))).toEqual(["selected", "selectedyes", "dev", "prod"]);
});

test("if no state shows the operation, the error says what was tried and why it failed", async () => {
  const read = cli({ ":selected": "198.51.100.9" }).read({ stack: "prod" }, deletes("198.51.100.3"));
  await expect(read).rejects.toThrow(
    `The stack's state could not be read: \`pulumi stack export --stack prod\` failed: no stack named 'prod' found (in ${process.cwd()}); the selected stack does not show this operation.`,
  );
});

test("the error says if the stacks cannot be listed", async () => {
  const broken = cli({}, []);
  writeFileSync(join(folder, "bin", "pulumi"), "#!/bin/sh\necho 'error: passphrase' >&2\nexit 1\n", { mode: 0o755 });
  await expect(broken.read({}, () => true)).rejects.toThrow("failed: passphrase");
});

const onLinux = process.platform === "linux" ? test : test.skip;
onLinux("the CLI's folder is the one of the process that started this one", async () => {
  const running = join(folder, "bin", "pulumi");
  copyFileSync("/bin/sh", running);
  const cwd = join(folder, "main");
  const engine = spawn(running, ["-c", "sh -c 'echo $$; exec sleep 60' & wait"], {
    cwd,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [plugin] = await once(engine.stdout, "data");
  try {
    expect(await folderOfCli(Number(plugin))).toBe(cwd);
    expect(await folderOfCli(1)).toBeUndefined();
  } finally {
    process.kill(Number(plugin), "SIGKILL");
    engine.kill("SIGKILL");
  }
});

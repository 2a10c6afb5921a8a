import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPulumi, runPulumi } from "../../src/state/pulumiCli";
import { readStackConfig } from "../../src/state/stackConfig";

const folder = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A `pulumi` that does what the shell script says. */
function cli(path: string, script = ""): string {
  const file = join(folder, path, "pulumi");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

const noAncestor = 1;

describe("the CLI", () => {
  test("is the first one on PATH, even if PULUMI_HOME has one too", async () => {
    const [first] = [cli("first"), cli("second"), cli("home/bin")];
    const PATH = ["absent", "first", "second"].map((name) => join(folder, name)).join(":");
    expect(await findPulumi({ PATH, PULUMI_HOME: join(folder, "home") }, noAncestor)).toBe(first);
  });

  test("is the newest one in PULUMI_HOME if PATH has none, unless an installer put one into bin", async () => {
    const env = { PATH: join(folder, "absent"), PULUMI_HOME: join(folder, "cache") };
    const [, newest] = [cli("cache/versions/3.99.0/bin"), cli("cache/versions/3.245.0/bin")];
    expect(await findPulumi(env, noAncestor)).toBe(newest);
    const installed = cli("cache/bin");
    expect(await findPulumi(env, noAncestor)).toBe(installed);
  });

  test("is reported as missing, with the searched places", async () => {
    const env = { PATH: "", PULUMI_HOME: join(folder, "nothing") };
    const message = `Expected the Pulumi CLI on PATH or in ${env.PULUMI_HOME}, found none: install it, or add its folder to PATH.`;
    await expect(findPulumi(env, noAncestor)).rejects.toThrow(message);
  });

  const onLinux = process.platform === "linux" ? test : test.skip;
  onLinux("is the one that started this process, rather than one in PULUMI_HOME", async () => {
    const running = join(folder, "running", "pulumi");
    mkdirSync(dirname(running));
    copyFileSync("/bin/sh", running);
    cli("home/bin");
    const engine = spawn(running, ["-c", "sh -c 'echo $$; exec sleep 60' & wait"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.add(engine);
    const [plugin] = await once(engine.stdout, "data");
    try {
      expect(await findPulumi({ PATH: "", PULUMI_HOME: join(folder, "home") }, Number(plugin))).toBe(running);
    } finally {
      process.kill(Number(plugin), "SIGKILL");
    }
  });
});

describe("a run of the CLI", () => {
  const env = (script: string) => ({ PATH: `${dirname(cli("run", script))}:${process.env.PATH}` });

  test("gets its arguments and folder without a shell and without questions, and returns the output", async () => {
    const said = await runPulumi(["stack", "export", "--stack", "$(id); *"], {
      cwd: "/",
      env: env('printf "%s|" "$@"'),
    });
    expect(said).toBe("stack|export|--stack|$(id); *|--cwd|/|--non-interactive|--color|never|");
  });

  test.each([
    ["the CLI's error", 'echo "warning: old" >&2; echo "error: no stack named x" >&2; exit 6', "no stack named x"],
    ["its first line", 'echo "panic: oh" >&2; echo "goroutine" >&2; exit 2', "panic: oh"],
    ["its exit code if it prints nothing", "exit 3", "it exited with code 3"],
  ])("that fails reports %s", async (_, script, why) => {
    await expect(runPulumi(["stack"], { env: env(script) })).rejects.toThrow(`\`pulumi stack\` failed: ${why}`);
  });

  test("that hangs is killed", async () => {
    const run = runPulumi(["stack"], { env: env("exec sleep 60"), timeoutMs: 300 });
    await expect(run).rejects.toThrow("`pulumi stack` failed: it timed out after 0.3 s");
  });

  test("for the configuration returns what is not secret if secrets cannot be decrypted, and says why", async () => {
    const script = `
      case "$*" in
        *show-secrets*) echo "error: passphrase must be set" >&2; exit 1;;
        *) echo '{"upcloud:token":{"secret":true},"upcloud:apiVersion":{"value":"1.3","secret":false}}';;
      esac`;
    expect(await readStackConfig({ stack: "prod", env: env(script) })).toEqual({
      values: new Map([["upcloud:apiVersion", "1.3"]]),
      withoutSecrets: "`pulumi config --json --stack prod --show-secrets` failed: passphrase must be set",
    });
  });
});

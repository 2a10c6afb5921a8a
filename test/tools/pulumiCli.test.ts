import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { Interrupted } from "../../tools/childProcess";
import { environmentWith, obtainPulumiCli, type PulumiCliWay } from "../../tools/pulumiCli";
import { pulumiCliWays } from "../../tools/pulumiCliWays";

const companions = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];
const aCli = { command: "/opt/pulumi/bin/pulumi" } as PulumiCommand;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
  jest.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home, { recursive: true });
});

describe("obtainPulumiCli", () => {
  test("the first way that has a CLI is taken, and no later one is tried", async () => {
    const never = jest.fn();
    const cli = await obtainPulumiCli([without("nowhere"), having(aCli), { name: "later", obtain: never }]);
    expect(cli).toBe(aCli);
    expect(never).not.toHaveBeenCalled();
  });

  test("when every way fails, the error lists each with its reason and says what to install", async () => {
    const error = await failure(
      obtainPulumiCli([without("first", "not there"), without("second", "line 1\nline 2\n")]),
    );
    expect(error.message).toMatch(/^There is no Pulumi CLI here that fits @pulumi\/pulumi \d+\.\d+\.\d+\./);
    expect(error.message).toContain("\n  - first: not there\n  - second: line 1\n      line 2\n");
    expect(error.message).toContain("https://www.pulumi.com/docs/install/");
  });

  test("Ctrl-C in one way ends the search", async () => {
    const interrupted = { name: "build", obtain: () => Promise.reject(new Interrupted("SIGINT")) };
    expect(await failure(obtainPulumiCli([interrupted, having(aCli)]))).toBeInstanceOf(Interrupted);
  });
});

describe("the ways without download", () => {
  test("a CLI on PATH is taken with its real place when PATH has a link to it", async () => {
    const real = install("cellar/bin", "v3.300.0", companions);
    mkdirSync(join(home, "links"));
    symlinkSync(real, join(home, "links/pulumi"));
    expect((await search("links")).command).toBe(real);
  });

  test("a CLI whose companions are elsewhere on PATH is taken", async () => {
    const cli = install("only-cli/bin", "v3.245.0", []);
    for (const name of companions) writeScript(join("companions", name), "");
    expect((await search("only-cli/bin", "companions")).command).toBe(cli);
  });

  test("a CLI in Pulumi's cache is taken when PATH has none", async () => {
    const cli = install("versions/3.245.0/bin", "v3.245.0", companions);
    expect((await search("empty")).command).toBe(cli);
  });

  test("a CLI older than the SDK is passed over, with both versions as the reason", async () => {
    install("old/bin", "v3.244.1", companions);
    const { message } = await failure(search("old/bin"));
    expect(message).toContain(
      `on PATH: version 3.244.1 in ${join(home, "old/bin")} is older than @pulumi/pulumi 3.245.0`,
    );
  });

  test.each(companions)("a CLI without %s is passed over, and the reason names it", async (missing) => {
    const others = companions.filter((name) => name !== missing);
    install("versions/3.245.0/bin", "v3.245.0", others);
    expect((await failure(search("empty"))).message).toContain(`cannot run Node programs: ${missing} is missing`);
  });

  test("a CLI that does not run is passed over, with its own words as the reason", async () => {
    writeScript("broken/bin/pulumi", "echo no such library >&2; exit 127");
    const { message } = await failure(search("broken/bin"));
    expect(message).toMatch(/on PATH: the `pulumi` in \S+ does not run: Command failed with exit code 127/);
  });

  test("without any, both places are named", async () => {
    const { message } = await failure(search("empty"));
    expect(message).toContain("- on PATH: there is no `pulumi`\n");
    expect(message).toContain(`- in Pulumi's cache ${join(home, "versions/3.245.0")}: not there\n`);
  });

  /** The first two ways with a PATH of the given folders below `home`, and `home` as Pulumi's own folder. */
  function search(...folders: string[]): Promise<PulumiCommand> {
    const path = folders.map((folder) => join(home, folder)).join(":");
    return obtainPulumiCli(pulumiCliWays("3.245.0", { path, pulumiHome: home }).slice(0, 2));
  }
});

describe("the build with Go", () => {
  /** Stands in for Go: keeps its arguments and go.mod, and writes a program that prints the version it was given. */
  const fakeGo = `
    { echo "$@"; cat go.mod; echo; } >> "$(dirname "$0")/../go-calls"
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho %s\\n' "\${4##*Version=}" > "$2"
    chmod +x "$2"`;

  test("fills the cache with a CLI of the SDK's version, an old language host and the launcher", async () => {
    writeScript("bin/go", fakeGo);
    const cli = await build();
    expect(cli.command).toBe(join(cache(), "bin/pulumi"));
    expect(readdirSync(join(cache(), "bin")).sort()).toEqual(["pulumi", ...companions]);
    const calls = readFileSync(join(home, "go-calls"), "utf8");
    expect(calls).toContain("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n");
    expect(calls).toContain(
      "require github.com/pulumi/pulumi/pkg/v3 v3.245.0\nreplace github.com/atotto/clipboard => ",
    );
    expect(calls).toContain("require github.com/pulumi/pulumi/sdk/v3 v3.68.0\n");
  });

  test("puts a new CLI in the place of one that cannot be used", async () => {
    writeScript("bin/go", fakeGo);
    install("versions/3.245.0/bin", "v3.245.0", []);
    expect((await build()).command).toBe(join(cache(), "bin/pulumi"));
  });

  test("leaves a CLI that another process has put there in the meantime", async () => {
    writeScript("bin/go", `${fakeGo}\nmkdir -p "${cache()}"; cp -R "${home}/other/bin" "${cache()}"`);
    install("other/bin", "v3.245.0", companions);
    writeScript("other/bin/of-the-other-process", "");
    await build();
    expect(readdirSync(join(cache(), "bin"))).toContain("of-the-other-process");
  });

  test("that fails leaves nothing behind, and Go's own words are the reason", async () => {
    writeScript("bin/go", "echo go: no route to the proxy >&2; exit 1");
    expect((await failure(build())).message).toContain("- build from source with Go: go: no route to the proxy\n");
    expect(readdirSync(join(home, "versions"))).toEqual([]);
  });

  test("whose CLI does not run leaves nothing behind", async () => {
    writeScript("bin/go", `${fakeGo}\necho exit 9 > "$2"`);
    expect((await failure(build())).message).toContain("does not run");
    expect(readdirSync(join(home, "versions"))).toEqual([]);
  });

  test("without Go is no way", async () => {
    expect((await failure(build())).message).toContain("- build from source with Go: there is no `go` on PATH\n");
  });

  function build(): Promise<PulumiCommand> {
    const ways = pulumiCliWays("3.245.0", { path: join(home, "bin"), pulumiHome: home });
    return obtainPulumiCli(ways.slice(-1));
  }

  function cache(): string {
    return join(home, "versions/3.245.0");
  }
});

describe("environmentWith", () => {
  test("a CLI in a known place comes first on PATH and names its root", () => {
    const environment = environmentWith(aCli);
    expect(environment.PATH).toBe(`/opt/pulumi/bin:${process.env.PATH}`);
    expect(environment.PULUMI_CLI_ROOT).toBe("/opt/pulumi");
  });

  test("a CLI that is only known by name leaves PATH as it is and names no root", () => {
    const environment = environmentWith({ command: "pulumi" } as PulumiCommand);
    expect(environment.PATH).toBe(process.env.PATH);
    expect(environment.PULUMI_CLI_ROOT).toBeUndefined();
  });
});

function without(name: string, reason = "not there"): PulumiCliWay {
  return { name, obtain: () => Promise.reject(new Error(reason)) };
}

function having(cli: PulumiCommand): PulumiCliWay {
  return { name: "here", obtain: () => Promise.resolve(cli) };
}

function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => Promise.reject(new Error("it was expected to fail")),
    (error) => error,
  );
}

function install(folder: string, version: string, beside: string[]): string {
  for (const name of beside) writeScript(join(folder, name), "");
  return writeScript(join(folder, "pulumi"), `echo ${version}`);
}

function writeScript(path: string, text: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

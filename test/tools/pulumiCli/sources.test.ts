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
import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";
import { pulumiCliSources } from "../../../tools/pulumiCli/sources";
import { rejection } from "./support/rejection";

const companions = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
  jest.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home, { recursive: true });
});

describe("the sources without download", () => {
  test("a CLI that PATH has a link to is found in its real place", async () => {
    const real = install("cellar/bin", "v3.300.0", companions);
    mkdirSync(join(home, "links"));
    symlinkSync(real, join(home, "links/pulumi"));
    expect((await search("links")).command).toBe(real);
  });

  test("a CLI whose companions are elsewhere on PATH is found", async () => {
    const cli = install("only-cli/bin", "v3.245.0", []);
    for (const name of companions) writeScript(join("companions", name), "");
    expect((await search("only-cli/bin", "companions")).command).toBe(cli);
  });

  test("a CLI in Pulumi's cache is found when PATH has none", async () => {
    const cli = install("versions/3.245.0/bin", "v3.245.0", companions);
    expect((await search("empty")).command).toBe(cli);
  });

  test("a CLI older than the wanted one is skipped, and the reason names both versions", async () => {
    install("old/bin", "v3.244.1", companions);
    const { message } = await rejection(search("old/bin"));
    expect(message).toContain(`on PATH: version 3.244.1 in ${join(home, "old/bin")} is older than 3.245.0`);
  });

  test.each(companions)("a CLI without %s is skipped, and the reason names it", async (missing) => {
    const others = companions.filter((name) => name !== missing);
    install("versions/3.245.0/bin", "v3.245.0", others);
    expect((await rejection(search("empty"))).message).toContain(`cannot run Node programs: ${missing} is missing`);
  });

  test("a CLI that does not run is skipped, and its own output is the reason", async () => {
    writeScript("broken/bin/pulumi", "echo no such library >&2; exit 127");
    const { message } = await rejection(search("broken/bin"));
    expect(message).toMatch(/on PATH: the `pulumi` in \S+ does not run: Command failed with exit code 127/);
  });

  test("without a CLI, the error names both places", async () => {
    const { message } = await rejection(search("empty"));
    expect(message).toContain("- on PATH: there is no `pulumi`\n");
    expect(message).toContain(`- in Pulumi's cache ${join(home, "versions/3.245.0")}: not there\n`);
  });

  /** The first two sources with a PATH of the given folders below `home`, and `home` as Pulumi's own folder. */
  function search(...folders: string[]): Promise<PulumiCommand> {
    const path = folders.map((folder) => join(home, folder)).join(":");
    return obtainPulumiCli(pulumiCliSources("3.245.0", { path, pulumiHome: home }).slice(0, 2));
  }
});

describe("the build with Go", () => {
  /** A fake Go: records its arguments and go.mod, and writes a program that prints the version it was given. */
  const fakeGo = `
    { echo "$@"; cat go.mod; echo; } >> "$(dirname "$0")/../go-calls"
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho %s\\n' "\${4##*Version=}" > "$2"
    chmod +x "$2"`;

  test("fills the cache with a CLI of the wanted version, an old language host and the launcher", async () => {
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

  test("replaces a CLI that cannot be used", async () => {
    writeScript("bin/go", fakeGo);
    install("versions/3.245.0/bin", "v3.245.0", []);
    expect((await build()).command).toBe(join(cache(), "bin/pulumi"));
  });

  test("keeps a CLI that another process has installed in the meantime", async () => {
    writeScript("bin/go", `${fakeGo}\nmkdir -p "${cache()}"; cp -R "${home}/other/bin" "${cache()}"`);
    install("other/bin", "v3.245.0", companions);
    writeScript("other/bin/of-the-other-process", "");
    await build();
    expect(readdirSync(join(cache(), "bin"))).toContain("of-the-other-process");
  });

  test("leaves nothing behind when Go fails, and Go's own output is the reason", async () => {
    writeScript("bin/go", "echo go: no route to the proxy >&2; exit 1");
    expect((await rejection(build())).message).toContain("- build from source with Go: go: no route to the proxy\n");
    expect(readdirSync(join(home, "versions"))).toEqual([]);
  });

  test("leaves nothing behind when the built CLI does not run", async () => {
    writeScript("bin/go", `${fakeGo}\necho exit 9 > "$2"`);
    expect((await rejection(build())).message).toContain("does not run");
    expect(readdirSync(join(home, "versions"))).toEqual([]);
  });

  test("is not possible without Go", async () => {
    expect((await rejection(build())).message).toContain("- build from source with Go: there is no `go` on PATH\n");
  });

  function build(): Promise<PulumiCommand> {
    const sources = pulumiCliSources("3.245.0", { path: join(home, "bin"), pulumiHome: home });
    return obtainPulumiCli(sources.slice(-1));
  }

  function cache(): string {
    return join(home, "versions/3.245.0");
  }
});

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

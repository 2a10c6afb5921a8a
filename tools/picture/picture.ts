import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPackage } from "../build";
import { demoPulumi } from "../demo/pulumi";
import { obtainPulumiCli } from "../pulumiCli/obtainPulumiCli";
import { runTool } from "../runTool";
import { terminalPicture, withoutColours } from "./terminalPicture";

const root = join(__dirname, "../..");

/** `npm run picture`: renders what a terminal shows of `pulumi up` of examples/quickstart into docs/up.svg, for the README. */
async function picture(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-picture-"));
  const cli = await obtainPulumiCli();
  await buildPackage(root);
  const { startSimulator }: typeof import("../../src/simulator") = require("pulumi-upcloud-ip/simulator");
  const simulator = await startSimulator();
  try {
    // A copy, since Pulumi writes the stack's configuration beside the program.
    const program = join(folder, "program");
    cpSync(join(root, "examples/quickstart"), program, { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction"); // Windows links folders without rights
    const setup = { root: program, folder, url: simulator.url, token: simulator.credentials.token };
    const pulumi = await demoPulumi(cli, setup);
    const shown = await pulumi.read(["up", "--yes", "--skip-preview", "--color", "always"]);
    // A terminal shows these lines only for a moment.
    const isProgress = (line: string) => /^@ updating\.+$|creating \(/.test(withoutColours(line));
    const lines = shown.trimEnd().split("\n");
    const kept = lines.filter((line) => !isProgress(line));
    writeFileSync(join(root, "docs/up.svg"), terminalPicture(["$ pulumi up --yes --skip-preview", ...kept]));
    return 0;
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

runTool(picture);

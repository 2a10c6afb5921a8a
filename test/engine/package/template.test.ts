import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { startSimulator } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { servers } from "../support/project";
import { pulumiEnvironment } from "../support/pulumiEnvironment";

const root = resolve(__dirname, "../../..");

test("pulumi new makes a project from the template, with the configuration that it asks for, and up succeeds", async () => {
  const simulator = await startSimulator();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-template-"));
  try {
    const [template, project] = [join(folder, "template"), join(folder, "web")];
    cpSync(join(root, "examples/template"), template, { recursive: true });
    // The package as it is here, which no registry has.
    const manifest = join(template, "package.json");
    const text = readFileSync(manifest, "utf8").replace('"^0.1.0"', JSON.stringify(`file:${root}`));
    writeFileSync(manifest, text);
    for (const name of ["web", "state", "tmp"]) mkdirSync(join(folder, name));
    const bin = join(process.env.PULUMI_CLI_ROOT as string, "bin");
    const env = {
      ...process.env,
      ...pulumiEnvironment(folder),
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      UPCLOUD_TOKEN: "",
      UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
    };
    const pulumi = (...args: string[]) =>
      runStep(join(bin, "pulumi"), [...args, "--color", "never"], { cwd: project, env, failureLines: 40 });
    const answers = { server: servers.web, ptrRecord: "mail.example.com" };
    const config = Object.entries(answers).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
    await pulumi("new", template, "--yes", "--name", "web", "--description", "x", "--stack", "dev", ...config);
    expect(readFileSync(join(project, "Pulumi.yaml"), "utf8")).toMatch(/^name: web$/m);
    expect(readFileSync(join(project, "Pulumi.dev.yaml"), "utf8")).toContain("web:ptrRecord: mail.example.com");
    // Only the prompt, which needs a terminal, encrypts what the template calls secret.
    await pulumi("config", "set", "--secret", "upcloud:token", simulator.credentials.token);
    await pulumi("up", "--yes", "--skip-preview", "--non-interactive");
    const { address } = JSON.parse(await pulumi("stack", "output", "--json"));
    expect(simulator.account.getIpAddress(address)).toMatchObject({
      server: servers.web,
      ptrRecord: "mail.example.com",
    });
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SeedServer, startSimulator } from "pulumi-upcloud-ip/simulator";
import { runTool } from "../../../tools/runTool";
import globalSetup from "../support/globalSetup";
import { Project, servers } from "../support/project";

/** Every kind of state entry that the package writes. */
const program = `
  new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "mail.example.com", timeouts: { create: "10m" } });
  new ServerIpAddress("six", { server: "${servers.web}", family: "IPv6" });
  new ServerIpAddress("running", { server: "${servers.mail}", powerCycle: { stopType: "hard" } });
  new ServerIpAddress("adopted", { server: "${servers.web}", adopt: "203.0.113.77" });
`;
const before: SeedServer[] = [
  { uuid: servers.mail, state: "started", ipAddresses: [{ partOfPlan: true }, { access: "private" }] },
  { uuid: servers.web, state: "stopped", ipAddresses: [{ partOfPlan: true }, { address: "203.0.113.77" }] },
];
const quick = { softStopMs: 1000, hardStopMs: 1000, startMs: 100 };

/** `ts-node test/engine/states/keepState.ts VERSION`: keeps the state that this package writes, and an account that fits. */
async function keepState(version: string): Promise<void> {
  await globalSetup();
  const simulator = await startSimulator({ rules: quick, seed: { servers: before } });
  const project = await Project.create(simulator, {}, undefined, { isInline: false });
  try {
    project.declare(program);
    const { ok, output } = await project.up();
    if (!ok) throw new Error(output);
    const { deployment, version: format } = await project.stack.exportStack();
    const kept = {
      program,
      seed: { servers: after(project) },
      state: { version: format, deployment: portable(deployment) },
    };
    writeFileSync(join(__dirname, `${version}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  } finally {
    await project.end();
  }
}

const after = (project: Project): SeedServer[] =>
  before.map((server) => {
    const addresses = project.account().addresses.filter((one) => one.server === server.uuid);
    const ipAddresses = addresses.map(({ family, access, partOfPlan, address, mac, ptrRecord }) => ({
      ...{ family, access, partOfPlan: partOfPlan === true, address },
      ...(mac !== undefined && { mac }),
      ...(access === "public" && { ptrRecord }),
    }));
    return { ...server, ipAddresses };
  });

/** Without what belongs to this computer or to the stack's passphrase; nothing in it is secret. */
function portable(deployment: object): unknown {
  const local = ["sourcePosition", "stackTrace", "created", "modified", "manifest", "secrets_providers"];
  return JSON.parse(JSON.stringify(deployment, (key, value) => (local.includes(key) ? undefined : value)));
}

runTool(async () => {
  const [version] = process.argv.slice(2);
  if (version === undefined)
    throw new Error("Expected the version whose state is kept, got nothing: keepState.ts 0.1.0");
  await keepState(version);
  return 0;
});

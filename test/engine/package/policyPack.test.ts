import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost, writes } from "../support/runningServers";

const examplesPack = resolve(__dirname, "../../../examples/policy/pack");

let project: Project;
let policyPack: string;
beforeAll(async () => {
  project = await startWithLanguageHost({}, { PULUMI_NODEJS_TRANSPILE_ONLY: "true" });
  const pack = join(project.directory, "pack");
  cpSync(examplesPack, pack, { recursive: true });
  policyPack = launcherIn(pack);
});
afterAll(endAll);

/**
 * The language host that Go can build does not start policy packs, so the engine gets what a newer one would start: an executable.
 */
function launcherIn(pack: string): string {
  const launcher = join(pack, "launcher");
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  writeFileSync(launcher, `#!/bin/sh\ncd "${pack}" && exec node "${runner}" "$1" .\n`, { mode: 0o755 });
  return launcher;
}

const declare = (names: { assigned: string; existing: string }) => {
  const [existing] = project.simulator.account.listIpAddresses(servers.mail);
  project.declare(`
    new ServerIpAddress("assigned", { server: "${servers.web}", ptrRecord: "${names.assigned}" });
    new ServerIpAddress("default", { server: "${servers.web}" });
    new PtrRecord("existing", { address: "${existing?.address}", ptrRecord: "${names.existing}" });`);
};

const violation = (name: string, domain: string, got: string) =>
  `Resource "${name}": expected a ptrRecord in ${domain}, such as "mail.${domain}", got "${got}": rename it.`;

test("the pack refuses names outside of the domain in the preview, of both resource types", async () => {
  declare({ assigned: "mail.example.org", existing: "example.com.evil.net" });
  const { ok, output, requests } = await project.preview({ policyPacks: [policyPack] });
  expect(ok).toBe(false);
  expect(output).toContain(violation("assigned", "example.com", "mail.example.org"));
  expect(output).toContain(violation("existing", "example.com", "example.com.evil.net"));
  expect(output).not.toContain('Resource "default"');
  expect(writes(requests)).toEqual({});
});

test("the pack lets names in the domain pass, which its configuration names", async () => {
  declare({ assigned: "mail.example.net", existing: "Web.Example.NET." });
  const config = join(project.directory, "policies.json");
  writeFileSync(config, JSON.stringify({ "ptr-record-domain": { domain: "example.net" } }));
  const how = { policyPacks: [policyPack], policyPackConfigs: [config] };
  const { ok, output } = await project.up(how);
  expect([ok, output]).toEqual([true, expect.not.stringContaining("expected a ptrRecord")]);
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../src/audit/command";
import { startSimulator } from "../../src/simulator";
import { web } from "../support/demoServers";
import { stackExport } from "./support/stackFixture";

test("an address that releasePolicy has kept is listed, with API 1.3", async () => {
  const folder = mkdtempSync(join(tmpdir(), "audit-kept-"));
  const simulator = await startSimulator();
  const { address } = simulator.account.assignIpAddress({ server: web });
  await fetch(`${simulator.url}/1.3/ip_address/${address}`, {
    method: "PATCH",
    headers: { Authorization: "Bearer ucat_demo", "Content-Type": "application/json" },
    body: JSON.stringify({ ip_address: { release_policy: "keep" } }),
  });
  simulator.account.deleteServer(web);
  const state = join(folder, "state.json");
  writeFileSync(state, JSON.stringify(stackExport([])));

  let output = "";
  const write = (text: string) => {
    output += text;
  };
  const env = {
    PULUMI_HOME: folder,
    UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
    UPCLOUD_TOKEN: "ucat_demo",
    UPCLOUD_API_VERSION: "1.3",
  };
  await command(["audit", "--state", state], { env, write, warn: write });
  await simulator.stop();
  rmSync(folder, { recursive: true });
  expect(output).toMatch(
    new RegExp(`^1 floating address is attached to no server, .+\n\n.+\n +none +${address} `, "m"),
  );
});

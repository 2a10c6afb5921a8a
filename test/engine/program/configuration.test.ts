import { type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

afterAll(endAll);

let project: Project;
const set = async (settings: Record<string, string>) => {
  await project.stack.removeAllConfig(["upcloud:token", "upcloud:username", "upcloud:password", ...keys]);
  for (const [key, value] of Object.entries(settings)) await project.stack.setConfig(`upcloud:${key}`, { value });
};
const keys = ["requestTimeout", "apiVersion", "apiBaseUrl", "powerCycle", "tokn"].map((key) => `upcloud:${key}`);

beforeAll(async () => {
  project = await startWithLanguageHost({}, { UPCLOUD_TOKEN: "" });
  project.declare(`
    new ServerIpAddress("a", { server: "${servers.web}" });
    new PtrRecord("b", { address: "${project.simulator.account.listIpAddresses(servers.mail)[0]?.address}", ptrRecord: "mail.example.com" });`);
});

test("a preview refuses two kinds of credentials before any request", async () => {
  await set({ token: "ucat_demo", username: "demo" });
  const { ok, output, requests } = await project.preview();
  expect([ok, requests]).toEqual([false, []]);
  expect(output).toContain(
    "Expected one kind of credentials in the stack's configuration, got upcloud:token and upcloud:username",
  );
});

test("a preview without credentials goes on, with one warning, and names a misspelt key with the one that was meant", async () => {
  await set({ tokn: "x" });
  const { ok, output } = await project.preview();
  expect(ok).toBe(true);
  expect(output).toContain(
    "upcloud:tokn in the stack's configuration is not a key of pulumi-upcloud-ip and has no effect",
  );
  expect(output).toContain("did you mean upcloud:token?");
  expectOneWarning(output, "Expected credentials for UpCloud, got none");
});

test.each([
  [{ token: "wrong" }, "UpCloud does not accept the credentials: check upcloud:token"],
  [{ token: "ucat_demo", apiBaseUrl: "http://127.0.0.1:1" }, "was not sent to UpCloud"],
])("a preview with %j goes on, with one warning", async (settings, message) => {
  await set(settings);
  const { ok, output } = await project.preview();
  expect([ok, ok ? "" : output]).toEqual([true, ""]);
  expectOneWarning(output, message);
});

function expectOneWarning(output: string, message: string): void {
  const warnings = output.split("Diagnostics:")[1]?.split("warning: not checked against the account: ") ?? [];
  expect(warnings).toHaveLength(2);
  expect(warnings[1]).toContain(message);
}

test("the error of an up with a wrong token begins with the token", async () => {
  await set({ token: "wrong" });
  const { ok, output } = await project.up();
  expect(ok).toBe(false);
  expect(output).toContain("error: UpCloud does not accept the credentials");
  expect(output).not.toContain("No IPv4 address was requested");
});

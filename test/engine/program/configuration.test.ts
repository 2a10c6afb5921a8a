import { type Project, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

let project: Project;
const set = async (settings: Record<string, string>) => {
  await project.stack.removeAllConfig(["upcloud:token", "upcloud:username", "upcloud:password", ...keys]);
  for (const [key, value] of Object.entries(settings)) await project.stack.setConfig(`upcloud:${key}`, { value });
};
const keys = ["requestTimeout", "apiVersion", "apiBaseUrl", "powerCycle", "tokn"].map((key) => `upcloud:${key}`);

beforeAll(async () => {
  project = await start({}, { UPCLOUD_TOKEN: "" });
  project.declare(`
    new ServerIpAddress("a", { server: "${servers.web}" });
    new PtrRecord("b", { address: "${project.simulator.account.listIpAddresses(servers.mail)[0]?.address}", ptrRecord: "mail.example.com" });`);
});

test.each([
  [
    { token: "ucat_demo", username: "demo" },
    "Expected one kind of credentials in the stack's configuration, got upcloud:token and",
  ],
  [{ requestTimeout: "5" }, 'Expected upcloud:requestTimeout to be a duration from 1s to 10m, such as "30s", got "5"'],
  [{ apiVersion: "9.9" }, 'Expected upcloud:apiVersion to be 1.2 or 1.3, got "9.9"'],
  [{ apiBaseUrl: "foo" }, 'Expected upcloud:apiBaseUrl to be a URL such as https://api.upcloud.com, got "foo"'],
  [{ powerCycle: "perhaps" }, "upcloud:powerCycle in the stack's configuration"],
])("a preview refuses %j before any request", async (settings, message) => {
  await set({ token: "ucat_demo", ...settings });
  const { ok, output, requests } = await project.preview();
  expect([ok, requests]).toEqual([false, []]);
  expect(output).toContain(message);
});

test.each([
  [{}, "Expected credentials for UpCloud, got none"],
  [{ token: "wrong" }, "UpCloud does not accept the credentials: check upcloud:token"],
  [{ token: "ucat_demo", apiBaseUrl: "http://127.0.0.1:1" }, "was not sent to UpCloud"],
])("a preview with %j goes on, with one warning", async (settings, message) => {
  await set(settings);
  const { ok, output } = await project.preview();
  expect([ok, ok ? "" : output]).toEqual([true, ""]);
  const warnings = output.split("Diagnostics:")[1]?.split("warning: not checked against the account: ") ?? [];
  expect(warnings).toHaveLength(2);
  expect(warnings[1]).toContain(message);
});

test("a misspelt key is named with the one that was meant", async () => {
  await set({ token: "ucat_demo", tokn: "x" });
  const { ok, output } = await project.preview();
  expect(ok).toBe(true);
  expect(output).toContain(
    "upcloud:tokn in the stack's configuration is not a key of pulumi-upcloud-ip and has no effect",
  );
  expect(output).toContain("did you mean upcloud:token?");
});

test("the error of an up with a wrong token begins with the token", async () => {
  await set({ token: "wrong" });
  const { ok, output } = await project.up();
  expect(ok).toBe(false);
  expect(output).toContain("error: UpCloud does not accept the credentials");
  expect(output).not.toContain("No IPv4 address was requested");
});

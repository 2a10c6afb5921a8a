import { randomBytes } from "node:crypto";
import { type ConnectProxy, startConnectProxy } from "../../support/network/connectProxy";
import { servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

const password = `pw%/@${randomBytes(12).toString("hex")}`;
const forms = [password, encodeURIComponent(password), Buffer.from(`me:${password}`).toString("base64")];

let proxy: ConnectProxy;
beforeAll(async () => {
  proxy = await startConnectProxy({ credentials: `me:${password}` });
});
afterAll(async () => {
  await proxy.close();
  await endAll();
});

test.each(["HTTP_PROXY", "http_proxy"])(
  "the proxy of %s carries an up, an edit, a refresh and a destroy",
  async (name) => {
    const project = await startWithLanguageHost();
    const { port } = new URL(project.simulator.url);
    const settings = project.stack.workspace.envVars;
    settings.UPCLOUD_DEBUG_API_BASE_URL = `http://api.test:${port}`;
    settings[name] = proxy.url.replace("://", `://me:${encodeURIComponent(password)}@`);
    // Pulumi's own connections within this computer heed the variables in lower case.
    settings.no_proxy = "127.0.0.1";
    proxy.tunnels.length = 0;

    const program = (ptrRecord: string) => `
    const pulumiUpcloud = require("pulumi-upcloud-ip");
    const mail = new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "${ptrRecord}" });
    exports.found = pulumiUpcloud.getIpAddressOutput({ address: mail.address }).server;`;
    project.declare(program("mail.example.com"));
    const outputs: string[] = [];
    const run = async (operation: "up" | "refresh" | "destroy", loud = {}) => {
      const { ok, output } = await project[operation](loud);
      outputs.push(output);
      expect([operation, ok, ok ? "" : output]).toEqual([operation, true, ""]);
    };
    await run("up", { debug: true, logVerbosity: 9, logToStdErr: true, logFlow: true });
    expect(project.outputs).toEqual({ found: servers.web });
    project.declare(program("smtp.example.com"));
    await run("up");
    await run("refresh");
    await run("destroy");
    expect(new Set(proxy.tunnels)).toEqual(new Set([`api.test:${port}`]));
    const written = `${outputs.join("\n")}\n${project.writtenFiles()}`;
    expect(forms.filter((form) => written.includes(form))).toEqual([]);
  },
);

test("NO_PROXY passes the proxy by, and a wrong password is told without it", async () => {
  const project = await startWithLanguageHost();
  const { port } = new URL(project.simulator.url);
  const settings = project.stack.workspace.envVars;
  settings.UPCLOUD_DEBUG_API_BASE_URL = `http://api.test:${port}`;
  settings.HTTP_PROXY = proxy.url.replace("://", `://me:wrong-${encodeURIComponent(password)}@`);
  project.declare(`new ServerIpAddress("mail", { server: "${servers.web}" });`);
  const refused = await project.up();
  expect(refused.ok).toBe(false);
  expect(refused.output).toContain(`the proxy ${new URL(proxy.url).host} (environment variable HTTP_PROXY)`);
  expect(refused.output).toContain("docs/errors/proxy.md");
  expect(forms.filter((form) => refused.output.includes(form))).toEqual([]);
  expect(project.simulator.requests).toEqual([]);

  proxy.tunnels.length = 0;
  settings.NO_PROXY = "example.com,.test";
  settings.UPCLOUD_REQUEST_TIMEOUT = "1s";
  const direct = await project.up();
  expect(direct.output).toContain("getaddrinfo ENOTFOUND api.test");
  expect(proxy.tunnels).toEqual([]);
});

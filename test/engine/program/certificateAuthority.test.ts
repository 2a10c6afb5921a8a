import { type AddressInfo, connect } from "node:net";
import tls from "node:tls";
import { type CertificateAuthority, createCertificateAuthority } from "../../support/network/certificateAuthority";
import { type ConnectProxy, startConnectProxy } from "../../support/network/connectProxy";
import { audit } from "../support/audits";
import { type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

/* As in a company's network: UpCloud over TLS, with the company's certificate, and only through its proxy. */

const host = "api.test";
let authority: CertificateAuthority;
let proxy: ConnectProxy;
const listeners: tls.Server[] = [];

beforeAll(async () => {
  authority = await createCertificateAuthority(host);
  proxy = await startConnectProxy({ credentials: "me:secret word" });
});
afterAll(async () => {
  await proxy.close();
  for (const listener of listeners) listener.close();
  authority.remove();
  await endAll();
});

/** TLS in front of the project's simulator. */
async function behindTls(project: Project): Promise<string> {
  const listener = tls.createServer(authority.server, (socket) => {
    const simulator = connect(project.simulator.port, "127.0.0.1");
    for (const end of [socket, simulator]) end.on("error", () => end.destroy());
    socket.pipe(simulator).pipe(socket);
  });
  listeners.push(listener);
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));
  return `https://${host}:${(listener.address() as AddressInfo).port}`;
}

test("a private authority behind a proxy: refused without NODE_EXTRA_CA_CERTS, with it everything works", async () => {
  const project = await startWithLanguageHost();
  const settings = project.stack.workspace.envVars;
  const url = await behindTls(project);
  settings.UPCLOUD_DEBUG_API_BASE_URL = url;
  settings.HTTPS_PROXY = proxy.url.replace("://", "://me:secret%20word@");
  settings.NO_PROXY = "";
  project.declare(`
    const mail = new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "mail.example.com" });
    exports.server = getIpAddressOutput({ address: mail.address }).server;`);

  const untrusted = await project.up();
  expect([untrusted.ok, untrusted.requests]).toEqual([false, []]);
  expect(untrusted.output).toContain(`this computer does not trust the certificate of ${new URL(url).host}`);
  expect(untrusted.output).toContain("See node_modules/pulumi-upcloud-ip/docs/errors/untrusted-certificate.md.");
  const options = ["--stack", "test", "--json"];
  const untrustedAudit = await audit(project, options);
  expect(untrustedAudit).toEqual({ code: 2, output: expect.stringContaining("docs/errors/untrusted-certificate.md") });

  settings.NODE_EXTRA_CA_CERTS = authority.file;
  const up = await project.up();
  expect([up.ok, up.ok ? "" : up.output]).toEqual([true, ""]);
  expect(project.outputs).toEqual({ server: servers.web });
  const before = proxy.tunnels.length;
  // Node reads NODE_EXTRA_CA_CERTS only when it starts.
  const trustedAudit = await audit(project, options);
  expect(trustedAudit.code).toBe(0);
  expect(JSON.parse(trustedAudit.output)).toMatchObject({ suspects: [] });
  expect(proxy.tunnels.length).toBeGreaterThan(before);
  expect((await project.refresh()).ok).toBe(true);
  expect((await project.destroy()).ok).toBe(true);
  expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(url).host]));
});

import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import tls from "node:tls";
import { hadNoEffect, isTransient } from "../../../src/api/errors/upCloudError";
import { proxyFor } from "../../../src/model/configuration/proxy";
import { startConnectProxy } from "../../support/network/connectProxy";
import { json } from "../../support/network/testServer";
import { untrustedCertificate } from "../../support/network/untrustedCertificate";
import { listening } from "../support/listening";
import { address, assignment, closeAfterTest, connectTo, failureOf, serverThat } from "../support/testClient";

afterEach(() => jest.restoreAllMocks());

const password = "p@ss/word";

/** A client whose requests to api.test go through the proxy. */
function clientThrough(
  proxyUrl: string,
  port: string | number,
  { scheme = "http", userInfo = "", requestTimeoutMs = 2000 } = {},
) {
  const baseUrl = `${scheme}://api.test:${port}`;
  const url = proxyUrl.replace("://", `://${userInfo}`);
  return connectTo(baseUrl, {
    proxy: proxyFor(baseUrl, { HTTP_PROXY: url, HTTPS_PROXY: url }),
    requestTimeoutMs,
  });
}

async function proxyThat(options: Parameters<typeof startConnectProxy>[0]) {
  const proxy = await startConnectProxy(options);
  closeAfterTest(() => proxy.close());
  return proxy;
}

test("a proxy with credentials carries many requests in a tunnel", async () => {
  const server = await serverThat(json(200, { ip_address: address }));
  const { port } = new URL(server.url);
  const proxy = await proxyThat({ credentials: `me:${password}` });
  const client = clientThrough(proxy.url, port, { userInfo: `me:${encodeURIComponent(password)}@` });
  for (let count = 0; count < 9; count++) await client.ipAddresses.get("198.51.100.7");
  expect(new Set(proxy.tunnels)).toEqual(new Set([`api.test:${port}`]));
  expect(proxy.tunnels.length).toBeLessThan(4);
});

test("TLS is between this computer and UpCloud, and its certificate is checked", async () => {
  const server = createTlsServer(untrustedCertificate);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAfterTest(() => server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await proxyThat({});
  const error = await failureOf(clientThrough(proxy.url, port, { scheme: "https" }).ipAddresses.list());
  expect(error.failure).toBe("untrusted");
  expect(error.message).toContain(`the certificate of api.test:${port}`);
  expect(proxy.tunnels).toEqual([`api.test:${port}`]);
});

test.each([407, 403])(
  "a proxy that refuses with %i is named with its variable, and not asked again",
  async (status) => {
    const proxy = await proxyThat({ refusals: [status, status] });
    const client = clientThrough(proxy.url, 80, { userInfo: `me:${encodeURIComponent(password)}@` });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect([error.failure, isTransient(error), hadNoEffect(error)]).toEqual(["barred", false, true]);
    expect(error.message).toContain(`the proxy ${new URL(proxy.url).host} (environment variable HTTP_PROXY)`);
    expect(error.message).toContain(`(status ${status})`);
    expect(proxy.tunnels).toHaveLength(1);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/p@ss|p%40ss/);
  },
);

test("a tunnel to UpCloud itself is one to port 443", async () => {
  const proxy = await proxyThat({ refusals: [403] });
  await failureOf(clientThrough(proxy.url, 443, { scheme: "https" }).ipAddresses.list());
  expect(proxy.tunnels).toEqual(["api.test:443"]);
});

test.each([0, 429, 502, 503])("an assign is sent after a proxy has failed with %i", async (status) => {
  let assigns = 0;
  const server = await serverThat((request, response) => {
    assigns++;
    return json(201, { ip_address: address })(request, response);
  });
  const proxy = await proxyThat({ refusals: [status, status] });
  await clientThrough(proxy.url, new URL(server.url).port).ipAddresses.assign(assignment);
  expect([assigns, proxy.tunnels.length]).toEqual([1, 3]);
});

test("a proxy that does not listen is named", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const error = await failureOf(clientThrough(`http://127.0.0.1:${port}`, 80).ipAddresses.assign(assignment));
  expect(error.failure).toBe("unsent");
  expect(error.message).toContain(
    `the proxy 127.0.0.1:${port} (environment variable HTTP_PROXY) could not be used: connect ECONNREFUSED`,
  );
});

test("a proxy that never answers is given up, and nothing was sent", async () => {
  const { host, sockets } = await listening(() => undefined);
  const client = clientThrough(`http://${host}`, 80, { requestTimeoutMs: 200 });
  const error = await failureOf(client.ipAddresses.assign(assignment));
  expect([error.failure, hadNoEffect(error)]).toEqual(["unsent", true]);
  expect(sockets.length).toBeGreaterThan(0);
});

test("a proxy whose own certificate is not trusted is named", async () => {
  const server = tls.createServer(untrustedCertificate);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAfterTest(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const error = await failureOf(clientThrough(`https://${host}`, 80).ipAddresses.assign(assignment));
  expect(error.message).toContain(
    `the proxy ${host} (environment variable HTTP_PROXY) could not be used: self-signed certificate`,
  );
});

import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { hadNoEffect, isTransient } from "../../../src/api/errors/upCloudError";
import { json } from "../../support/network/testServer";
import { untrustedCertificate } from "../../support/network/untrustedCertificate";
import { listening } from "../support/listening";
import { closeAfterTest, connectTo, failureOf, serverThat } from "../support/testClient";

afterEach(() => jest.restoreAllMocks());

/** As the computer's settings would have it. */
function connectingWith(settings: tls.ConnectionOptions): void {
  const { connect } = tls;
  const withSettings = (options: tls.ConnectionOptions) => connect({ ...options, ...settings });
  jest.spyOn(tls, "connect").mockImplementation(withSettings as typeof tls.connect);
}

describe("TLS", () => {
  test("with an untrusted certificate fails after one attempt, with the host and the remedy", async () => {
    let requests = 0;
    let connections = 0;
    const server = createTlsServer(untrustedCertificate, () => requests++);
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closeAfterTest(() => server.close());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await failureOf(connectTo(`https://${host}`).ipAddresses.list());
    expect([error.failure, requests, connections]).toEqual(["untrusted", 0, 1]);
    expect([isTransient(error), hadNoEffect(error)]).toEqual([false, true]);
    expect(error.message).toContain(
      `this computer does not trust the certificate of ${host}: self-signed certificate.`,
    );
    expect(error.message).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("with a certificate of another host fails each time for that reason", async () => {
    const server = tls.createServer(untrustedCertificate);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closeAfterTest(() => server.close());
    connectingWith({ ca: untrustedCertificate.cert });
    const client = connectTo(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let nth = 0; nth < 20; nth++) {
      const error = await failureOf(client.ipAddresses.list());
      expect(error.failure).toBe("untrusted");
      expect(error.message).toContain("Hostname/IP does not match certificate's altnames");
    }
  });

  test("with a port that speaks plain HTTP is reported without OpenSSL codes", async () => {
    const server = await serverThat(json(200, {}));
    const error = await failureOf(connectTo(server.url.replace("http:", "https:")).ipAddresses.list());
    expect(error.failure).toBe("unsent");
    expect(error.message).toContain(`the TLS handshake with ${new URL(server.url).host} failed (`);
    expect(error.message).toContain("an https:// address needs a port that speaks TLS");
    expect(error.message).not.toMatch(/openssl|routines|:0A00/i);
  });

  test("in response to plain HTTP is reported in words", async () => {
    const { host } = await listening((socket) => socket.once("data", () => socket.end("\x15\x03\x01\x00\x02\x02\x46")));
    const error = await failureOf(connectTo(`http://${host}`).ipAddresses.list());
    expect(error.failure).toBe("unanswered");
    expect(error.message).toContain(`${host} did not respond in HTTP (Expected HTTP/`);
  });
});

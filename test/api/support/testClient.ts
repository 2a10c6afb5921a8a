import { type ClientOptions, createClient, type UpCloudClient } from "../../../src/api/client";
import { UpCloudError } from "../../../src/api/errors/upCloudError";
import { type Respond, startTestServer, type TestServer } from "../../support/network/testServer";

const open: (() => unknown)[] = [];

/** Closed after the test, in reverse order. */
export const closeAfterTest = (close: () => unknown): void => void open.unshift(close);

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A client of API 1.2 that retries without a delay. */
export function connectTo(baseUrl: string, options: Partial<ClientOptions> = {}): UpCloudClient {
  const client = createClient({
    baseUrl,
    credentials: { token: "ucat_secret" },
    requestTimeoutMs: 5000,
    apiVersion: "1.2",
    sleep: async () => undefined,
    ...options,
  });
  closeAfterTest(() => client.close());
  return client;
}

export async function serverThat(respond: Respond): Promise<TestServer> {
  const server = await startTestServer(respond);
  closeAfterTest(() => server.close());
  return server;
}

/** A client, and the server that responds to it. */
export async function clientOf(
  respond: Respond,
  options: Partial<ClientOptions> = {},
): Promise<{ client: UpCloudClient; server: TestServer }> {
  const server = await serverThat(respond);
  return { client: connectTo(server.url, { requestTimeoutMs: 2000, ...options }), server };
}

export async function failureOf(promise: Promise<unknown>): Promise<UpCloudError> {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(UpCloudError);
  return outcome as UpCloudError;
}

export const address = {
  access: "public",
  address: "198.51.100.7",
  family: "IPv4",
  ptr_record: "198-51-100-7.de-fra1.upcloud.host",
  server: "0053cd80-5945-4105-9081-11192806a8f7",
};

export const assignment = { server: address.server, family: "IPv4", access: "public" } as const;

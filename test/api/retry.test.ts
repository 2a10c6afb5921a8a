import { createServer, type Socket } from "node:net";
import { type ClientOptions, createClient, type UpCloudClient } from "../../src/api/client";
import { UpCloudError } from "../../src/api/errors/upCloudError";
import { type Simulator, startSimulator } from "../../src/simulator";
import { type AnsweringServer, answering, json, type Respond } from "../support/answers";

const web = "0053cd80-5945-4105-9081-11192806a8f7";
const assignment = { server: web, family: "IPv4", access: "public" } as const;

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The times that the client wanted to wait; it does not wait in fact. */
let waits: number[];

function connect(baseUrl: string, options: Partial<ClientOptions> = {}): UpCloudClient {
  waits = [];
  const client = createClient({
    baseUrl,
    credentials: { token: "ucat_demo" },
    apiVersion: "1.2",
    requestTimeoutMs: 5000,
    sleep: async (ms) => {
      waits.push(ms);
    },
    ...options,
  });
  open.unshift(() => client.close());
  return client;
}

async function start(options?: Partial<ClientOptions>): Promise<{ simulator: Simulator; client: UpCloudClient }> {
  const simulator = await startSimulator();
  open.push(() => simulator.stop());
  return { simulator, client: connect(simulator.url, options) };
}

async function answeredBy(
  respond: Respond,
  options?: Partial<ClientOptions>,
): Promise<{ server: AnsweringServer; client: UpCloudClient }> {
  const server = await answering(respond);
  open.push(() => server.close());
  return { server, client: connect(server.url, options) };
}

const failureOf = async (promise: Promise<unknown>): Promise<UpCloudError> => {
  const outcome = await promise.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(UpCloudError);
  return outcome as UpCloudError;
};
const statusesOf = ({ requests }: Simulator, wanted: string) =>
  requests.filter(({ method }) => method === wanted).map(({ status }) => status);
const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

const withoutEffect = [
  ["a closed connection", { kind: "drop", when: "before-effect" }],
  ["a proxy's page", { kind: "html", status: 502 }],
  ["a page with status 200", { kind: "html", status: 200 }],
  ["429", { kind: "rate-limit" }],
  ["500", { kind: "error", status: 500 }],
  ["503", { kind: "error", status: 503 }],
  ["504", { kind: "error", status: 504 }],
] as const;
const withEffect = [
  ["an answer that is lost", { kind: "drop", when: "after-effect" }],
  ["half a body", { kind: "half-body" }],
] as const;

describe.each([...withoutEffect, ...withEffect])("%s", (_, fault) => {
  test("is followed by a second read, list or change, which succeeds", async () => {
    const { simulator, client } = await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    for (const method of ["GET", "PUT"]) simulator.faults.add({ ...fault, method });
    expect(await client.ipAddresses.list()).toHaveLength(simulator.account.listIpAddresses().length);
    await client.ipAddresses.modify(address, { ptrRecord: "mail.example.com" });
    expect(simulator.account.getIpAddress(address)?.ptrRecord).toBe("mail.example.com");
    expect([statusesOf(simulator, "GET").length, statusesOf(simulator, "PUT").length]).toEqual([2, 2]);
    expect(waits).toHaveLength(2);
  });
});

test("PATCH of API 1.3 goes again like PUT", async () => {
  const { simulator, client } = await start({ apiVersion: "1.3" });
  const { address } = simulator.account.assignIpAddress({ server: web });
  simulator.faults.add({ kind: "error", status: 503, method: "PATCH" });
  await client.ipAddresses.modify(address, { ptrRecord: "mail.example.com" });
  expect(statusesOf(simulator, "PATCH")).toEqual([503, 202]);
});

test.each(withoutEffect)("a release that meets %s goes again", async (_, fault) => {
  const { simulator, client } = await start();
  const { address } = simulator.account.assignIpAddress({ server: web });
  simulator.faults.add({ ...fault, method: "DELETE" });
  await client.ipAddresses.release(address);
  expect(simulator.account.getIpAddress(address)).toBeUndefined();
  expect(statusesOf(simulator, "DELETE")).toHaveLength(2);
});

test("a request that is never answered goes again after its own time", async () => {
  const { simulator, client } = await start({ requestTimeoutMs: 1000 });
  simulator.faults.add({ kind: "no-answer", method: "GET" });
  await client.servers.list();
  expect(statusesOf(simulator, "GET")).toEqual([0, 200]);
});

describe("an assign", () => {
  test.each([
    ...withoutEffect.filter(([name]) => name !== "429"),
    ...withEffect,
    ["no answer", { kind: "no-answer" }],
  ] as const)("that meets %s is sent once", async (_, fault) => {
    const { simulator, client } = await start({ requestTimeoutMs: 1000 });
    simulator.faults.add({ ...fault, method: "POST" });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain("An address may have been assigned");
    expect(error.message).not.toContain("tried");
    expect(statusesOf(simulator, "POST")).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test("that the rate limiter refuses goes again and assigns one address", async () => {
    const { simulator, client } = await start();
    const before = simulator.account.listIpAddresses(web).length;
    simulator.faults.add({ kind: "rate-limit", method: "POST", times: 2 });
    await client.ipAddresses.assign(assignment);
    expect(statusesOf(simulator, "POST")).toEqual([429, 429, 201]);
    expect(simulator.account.listIpAddresses(web)).toHaveLength(before + 1);
  });

  test("that finds nobody listening goes again", async () => {
    const gone = await startSimulator();
    await gone.stop();
    let simulator: Simulator | undefined;
    const client = connect(gone.url, {
      sleep: async () => {
        simulator ??= await startSimulator({ port: Number(new URL(gone.url).port) });
      },
    });
    open.push(async () => simulator?.stop());
    expect((await client.ipAddresses.assign(assignment)).server).toBe(web);
    expect(simulator?.requests.map(({ status }) => status)).toEqual([201]);
  });

  test.each<[string, "http" | "https", (socket: Socket) => void, number, string]>([
    ["before TLS stands", "https", (socket) => socket.destroy(), 5, "unsent"],
    [
      "by a server that speaks no TLS",
      "https",
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      5,
      "unsent",
    ],
    ["after the request was written", "http", (socket) => socket.once("data", () => socket.destroy()), 1, "unanswered"],
  ])("whose connection is closed %s is tried accordingly", async (_, scheme, act, connections, failure) => {
    let accepted = 0;
    const server = createServer((socket) => {
      accepted++;
      socket.on("error", () => undefined);
      act(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const error = await failureOf(connect(`${scheme}://127.0.0.1:${port}`).ipAddresses.assign(assignment));
    expect([error.failure, accepted]).toEqual([failure, connections]);
    expect(error.message.includes("An address may have been assigned")).toBe(failure === "unanswered");
  });
});

describe("the waits", () => {
  test("end after four repeats, grow and are never the same, and the failure tells how often it was tried", async () => {
    const { simulator, client } = await start();
    simulator.faults.add({ kind: "error", status: 503, times: 1000 });
    const error = await failureOf(client.servers.list());
    expect(error).toMatchObject({ failure: "refused", status: 503, code: "SERVICE_ERROR" });
    expect(error.message).toMatch(/It was tried 5 times\.$/);
    expect(simulator.requests).toHaveLength(5);
    expect(waits).toHaveLength(4);
    // More than four times the longest first wait.
    expect(sum(waits)).toBeGreaterThan(5600);
    expect(sum(waits)).toBeLessThan(30_000);
    const first = waits.splice(0);
    await failureOf(client.servers.list());
    expect(waits).not.toEqual(first);
  });

  test("are as long as UpCloud asks", async () => {
    const { simulator, client } = await start();
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 7 });
    simulator.faults.add({ kind: "error", status: 503, retryAfterSeconds: 9 });
    await client.servers.list();
    expect(waits).toEqual([7000, 9000]);
  });

  test("pass in fact", async () => {
    const { simulator } = await start();
    const { url: baseUrl, credentials } = simulator;
    const client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 5000 });
    open.unshift(() => client.close());
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 1 });
    const since = performance.now();
    await client.servers.list();
    expect(performance.now() - since).toBeGreaterThan(990);
  });

  test("are half a minute in all at most, whatever UpCloud asks", async () => {
    const { simulator, client } = await start();
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 12, times: 1000 });
    const error = await failureOf(client.servers.list());
    expect(waits).toEqual([12_000, 12_000]);
    expect(error.message).toMatch(/UpCloud asks to wait 12 s first\. .* It was tried 3 times\.$/);
  });

  test("that UpCloud wants longer than that are told at once", async () => {
    const { simulator, client } = await start();
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 3600 });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain(
      `UpCloud takes no more requests for now, this one about server ${web}: run again later. UpCloud asks to wait 3600 s first. (POST`,
    );
    expect(error.message).not.toContain("tried");
    expect([simulator.requests.length, waits]).toEqual([1, []]);
  });

  test("may be given as a date, by UpCloud's own clock", async () => {
    let requests = 0;
    const { client } = await answeredBy((response, received) => {
      if (++requests > 1) return json(200, { servers: { server: [] } })(response, received);
      response.setHeader("date", "Sun, 06 Nov 1994 08:49:37 GMT");
      response.setHeader("retry-after", "Sun, 06 Nov 1994 08:49:46 GMT");
      return json(503, null)(response, received);
    });
    await client.servers.list();
    expect(waits).toEqual([9000]);
  });

  test.each(["soon", "1.5", "-20", "", "20 s", "Sun, 06 Nov 1994 08:49:46 GMT"])(
    "do not heed a Retry-After of %j",
    async (retryAfter) => {
      let requests = 0;
      const { client } = await answeredBy((response, received) => {
        if (++requests > 1) return json(200, { servers: { server: [] } })(response, received);
        response.setHeader("retry-after", retryAfter);
        return json(429, null)(response, received);
      });
      await client.servers.list();
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeLessThan(2000);
    },
  );

  test("end with the operation, and the failure is the one that was waited for", async () => {
    const { simulator } = await start();
    const { url: baseUrl, credentials } = simulator;
    const client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 5000 });
    open.unshift(() => client.close());
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 29 });
    const error = await failureOf(client.servers.list(AbortSignal.timeout(500)));
    expect(error).toMatchObject({ failure: "refused", status: 429 });
    expect(error.message).toContain("UpCloud asks to wait 29 s first.");
    expect(error.message).toMatch(
      /The time that `timeouts` allows for the operation was over before it could be tried again\.$/,
    );
    expect(simulator.requests).toHaveLength(1);
  });
});

test("a request that ends with its operation does not go again", async () => {
  const { server, client } = await answeredBy(() => undefined);
  const error = await failureOf(client.servers.list(AbortSignal.timeout(200)));
  expect(error.message).toContain("the time that `timeouts` allows for the operation was over");
  expect([server.received.length, waits]).toEqual([1, []]);
});

describe("a release looks before it goes again", () => {
  async function guarded(answer: () => Promise<boolean>) {
    const { simulator, client } = await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    let asked = 0;
    const release = () =>
      client.ipAddresses.release(address, undefined, () => {
        asked++;
        return answer();
      });
    return { simulator, address, release, asked: () => asked };
  }

  test("and not before the first request", async () => {
    const { simulator, release, asked } = await guarded(async () => false);
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[204], 0]);
  });

  test("and leaves an address that is not ours any more", async () => {
    const { simulator, address, release, asked } = await guarded(async () => false);
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[0], 1]);
    expect(simulator.account.getIpAddress(address)).toBeDefined();
  });

  test("each time", async () => {
    const { simulator, address, release, asked } = await guarded(async () => true);
    simulator.faults.add({ kind: "error", status: 503, method: "DELETE", times: 3 });
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[503, 503, 503, 204], 3]);
    expect(simulator.account.getIpAddress(address)).toBeUndefined();
  });

  test("and gives up where it cannot tell", async () => {
    const lost = UpCloudError.unanswered({ method: "GET", path: "/1.2/ip_address/x", context: {} }, "closed");
    const { simulator, release, asked } = await guarded(() => Promise.reject(lost));
    simulator.faults.add({ kind: "error", status: 503, method: "DELETE" });
    expect(await failureOf(release())).toBe(lost);
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[503], 1]);
  });

  test("and a refusal of the repeated release is the answer", async () => {
    const { simulator, release } = await guarded(async () => true);
    simulator.faults.add({ kind: "drop", when: "after-effect", method: "DELETE" });
    const error = await failureOf(release());
    expect(error.code).toBe("IP_ADDRESS_NOT_FOUND");
    expect(error.message).not.toContain("tried");
  });
});

import { createServer, type Socket } from "node:net";
import { type Simulator, startSimulator } from "../../src/simulator";
import { start, statusesOf, web } from "./support/simulatorClient";
import { assignment, clientOf, closeAfterTest, connectTo, failureOf } from "./support/testClient";

/** The delays that the client wanted; it does not wait. */
let waits: number[];
beforeEach(() => {
  waits = [];
});
const sleep = async (ms: number) => void waits.push(ms);

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
  ["a lost response", { kind: "drop", when: "after-effect" }],
  ["half a body", { kind: "half-body" }],
] as const;

describe.each([...withoutEffect, ...withEffect])("%s", (_, fault) => {
  test("is followed by a retry of a read, list or change, which succeeds", async () => {
    const { simulator, client } = await start({ sleep });
    const { address } = simulator.account.assignIpAddress({ server: web });
    for (const method of ["GET", "PUT"]) simulator.faults.add({ ...fault, method });
    expect(await client.ipAddresses.list()).toHaveLength(simulator.account.listIpAddresses().length);
    await client.ipAddresses.modify(address, { ptrRecord: "mail.example.com" });
    expect(simulator.account.getIpAddress(address)?.ptrRecord).toBe("mail.example.com");
    expect([statusesOf(simulator, "GET").length, statusesOf(simulator, "PUT").length]).toEqual([2, 2]);
    expect(waits).toHaveLength(2);
  });
});

test("PATCH of API 1.3 is retried like PUT", async () => {
  const { simulator, client } = await start({ apiVersion: "1.3", sleep });
  const { address } = simulator.account.assignIpAddress({ server: web });
  simulator.faults.add({ kind: "error", status: 503, method: "PATCH" });
  await client.ipAddresses.modify(address, { ptrRecord: "mail.example.com" });
  expect(statusesOf(simulator, "PATCH")).toEqual([503, 202]);
});

test.each(withoutEffect)("a release that meets %s is retried", async (_, fault) => {
  const { simulator, client } = await start({ sleep });
  const { address } = simulator.account.assignIpAddress({ server: web });
  simulator.faults.add({ ...fault, method: "DELETE" });
  await client.ipAddresses.release(address);
  expect(simulator.account.getIpAddress(address)).toBeUndefined();
  expect(statusesOf(simulator, "DELETE")).toHaveLength(2);
});

test("a request without a response is retried after its own time", async () => {
  const { simulator, client } = await start({ requestTimeoutMs: 1000, sleep });
  simulator.faults.add({ kind: "no-answer", method: "GET" });
  await client.servers.list();
  expect(statusesOf(simulator, "GET")).toEqual([0, 200]);
});

describe("an assign", () => {
  test.each([
    ...withoutEffect.filter(([name]) => name !== "429"),
    ...withEffect,
    ["no response", { kind: "no-answer" }],
  ] as const)("that meets %s is sent once", async (_, fault) => {
    const { simulator, client } = await start({ requestTimeoutMs: 1000, sleep });
    simulator.faults.add({ ...fault, method: "POST" });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain("This does not tell whether an address was assigned");
    expect(error.message).not.toContain("tried");
    expect(statusesOf(simulator, "POST")).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test("that the rate limiter refuses is retried and assigns one address", async () => {
    const { simulator, client } = await start({ sleep });
    const before = simulator.account.listIpAddresses(web).length;
    simulator.faults.add({ kind: "rate-limit", method: "POST", times: 2 });
    await client.ipAddresses.assign(assignment);
    expect(statusesOf(simulator, "POST")).toEqual([429, 429, 201]);
    expect(simulator.account.listIpAddresses(web)).toHaveLength(before + 1);
  });

  test("that finds nobody listening is retried", async () => {
    const gone = await startSimulator();
    await gone.stop();
    let simulator: Simulator | undefined;
    const client = connectTo(gone.url, {
      credentials: { token: "ucat_demo" },
      sleep: async () => {
        simulator ??= await startSimulator({ port: Number(new URL(gone.url).port) });
      },
    });
    closeAfterTest(async () => simulator?.stop());
    expect((await client.ipAddresses.assign(assignment)).server).toBe(web);
    expect(simulator?.requests.map(({ status }) => status)).toEqual([201]);
  });

  test.each<[string, "http" | "https", (socket: Socket) => void, number, string]>([
    ["before the TLS handshake", "https", (socket) => socket.destroy(), 5, "unsent"],
    [
      "by a server that speaks no TLS",
      "https",
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      5,
      "unsent",
    ],
    ["after the request was written", "http", (socket) => socket.once("data", () => socket.destroy()), 1, "unanswered"],
  ])(
    "whose connection is closed %s is retried only if nothing was sent",
    async (_, scheme, act, connections, failure) => {
      let accepted = 0;
      const server = createServer((socket) => {
        accepted++;
        socket.on("error", () => undefined);
        act(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      closeAfterTest(() => new Promise((resolve) => server.close(resolve)));
      const { port } = server.address() as { port: number };
      const error = await failureOf(connectTo(`${scheme}://127.0.0.1:${port}`).ipAddresses.assign(assignment));
      expect([error.failure, accepted]).toEqual([failure, connections]);
      expect(error.message.includes("This does not tell whether an address was assigned")).toBe(
        failure === "unanswered",
      );
    },
  );
});

test("a request that ends with its operation is not retried", async () => {
  const { server, client } = await clientOf(() => undefined, { sleep });
  const error = await failureOf(client.servers.list(AbortSignal.timeout(200)));
  expect(error.message).toContain("the operation exceeded its time limit (`timeouts`)");
  expect([server.received.length, waits]).toEqual([1, []]);
});

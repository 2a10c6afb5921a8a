import { createClient } from "../../src/api/client";
import { json } from "../support/network/testServer";
import { start, web } from "./support/simulatorClient";
import { assignment, clientOf, closeAfterTest, failureOf } from "./support/testClient";

/** The delays that the client wanted; it does not wait. */
let waits: number[];
beforeEach(() => {
  waits = [];
});
const sleep = async (ms: number) => void waits.push(ms);

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

describe("the delays before retries", () => {
  test("end after four retries, grow and differ each time, and the failure reports the number of attempts", async () => {
    const { simulator, client } = await start({ sleep });
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
    const { simulator, client } = await start({ sleep });
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 7 });
    simulator.faults.add({ kind: "error", status: 503, retryAfterSeconds: 9 });
    await client.servers.list();
    expect(waits).toEqual([7000, 9000]);
  });

  test("are real time", async () => {
    const { simulator } = await start({ sleep });
    const { url: baseUrl, credentials } = simulator;
    const client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 5000 });
    closeAfterTest(() => client.close());
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 1 });
    const since = performance.now();
    await client.servers.list();
    expect(performance.now() - since).toBeGreaterThan(990);
  });

  test("are at most 30 s in all, whatever UpCloud asks", async () => {
    const { simulator, client } = await start({ sleep });
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 12, times: 1000 });
    const error = await failureOf(client.servers.list());
    expect(waits).toEqual([12_000, 12_000]);
    expect(error.message).toMatch(/UpCloud asks to wait 12 s first\. .* It was tried 3 times\.$/);
  });

  test("that UpCloud wants longer than that are reported at once, without a retry", async () => {
    const { simulator, client } = await start({ sleep });
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 3600 });
    const error = await failureOf(client.ipAddresses.assign(assignment));
    expect(error.message).toContain(
      `UpCloud is rate limiting requests, such as this one about server ${web}: run again later. UpCloud asks to wait 3600 s first. (POST`,
    );
    expect(error.message).not.toContain("tried");
    expect([simulator.requests.length, waits]).toEqual([1, []]);
  });

  test("may be given as a date, by UpCloud's clock", async () => {
    let requests = 0;
    const { client } = await clientOf(
      (response, received) => {
        if (++requests > 1) return json(200, { servers: { server: [] } })(response, received);
        response.setHeader("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        response.setHeader("retry-after", "Sun, 06 Nov 1994 08:49:46 GMT");
        return json(503, null)(response, received);
      },
      { sleep },
    );
    await client.servers.list();
    expect(waits).toEqual([9000]);
  });

  test.each(["soon", "1.5", "-20", "", "20 s", "Sun, 06 Nov 1994 08:49:46 GMT"])(
    "ignore a Retry-After of %j",
    async (retryAfter) => {
      let requests = 0;
      const { client } = await clientOf(
        (response, received) => {
          if (++requests > 1) return json(200, { servers: { server: [] } })(response, received);
          response.setHeader("retry-after", retryAfter);
          return json(429, null)(response, received);
        },
        { sleep },
      );
      await client.servers.list();
      expect(waits).toHaveLength(1);
      expect(waits[0]).toBeLessThan(2000);
    },
  );

  test("end with the operation, and the failure is that of the last attempt", async () => {
    const { simulator } = await start({ sleep });
    const { url: baseUrl, credentials } = simulator;
    const client = createClient({ baseUrl, credentials, apiVersion: "1.2", requestTimeoutMs: 5000 });
    closeAfterTest(() => client.close());
    simulator.faults.add({ kind: "rate-limit", retryAfterSeconds: 29 });
    const error = await failureOf(client.servers.list(AbortSignal.timeout(500)));
    expect(error).toMatchObject({ failure: "refused", status: 429 });
    expect(error.message).toContain("UpCloud asks to wait 29 s first.");
    expect(error.message).toMatch(/The operation exceeded its time limit \(`timeouts`\) before a retry\.$/);
    expect(simulator.requests).toHaveLength(1);
  });
});

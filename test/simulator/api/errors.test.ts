import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Simulator } from "../../../src/simulator";
import { errorTable } from "../../../src/simulator/model/apiErrors";
import { accountSnapshot, basic, send, startTestSimulator } from "../support/api";
import { rows } from "../support/rejections";
import { none, ptr, type Row } from "../support/rejections/request";
import { addresses, testSeed } from "../support/testSeed";

const produced = new Set<string>();

async function expectRejection(simulator: Simulator, row: Row, prefix: string): Promise<void> {
  const [, [method, path], body, outcome, { headers, message } = {}] = row;
  const [status, code] = outcome.split(" ");
  const before = accountSnapshot(simulator);
  const answer = await send(simulator, method, `${prefix}${path}`, body, headers);
  expect(answer.body).toEqual({
    error: { error_code: code, error_message: message ?? expect.stringMatching(/^[A-Z].*\.$/) },
  });
  expect(answer.status).toBe(Number(status));
  expect(answer.headers.get("content-type")).toBe("application/json; charset=UTF-8");
  expect(accountSnapshot(simulator)).toBe(before);
  produced.add(answer.body.error.error_code);
}

describe.each(["1.2", "1.3"] as const)("API %s rejects a request, and changes nothing, if", (version) => {
  const mine = rows.filter(([, , , , more]) => more?.only === undefined || more.only === version);
  test.each(mine.map((row) => [row[0], row[3], row] as const))("%s: %s", async (_, __, row) => {
    const { credits = 1000, servers = testSeed.servers ?? [], rules = {} } = row[4] ?? {};
    const simulator = await startTestSimulator({ seed: { ...testSeed, credits, servers }, rules });
    await expectRejection(simulator, row, `/${version}`);
  });
});

describe("in any version,", () => {
  const versionRows: Row[] = [
    ["an unknown version", ["GET", "/9.9/ip_address"], none, "404 API_VERSION_INVALID"],
    ["version 1.1", ["GET", "/1.1/ip_address"], none, "404 API_VERSION_OBSOLETE"],
    [
      "1.2, if a rule makes it obsolete",
      ["GET", "/1.2/ip_address"],
      none,
      "404 API_VERSION_OBSOLETE",
      { rules: { api12: "obsolete" } },
    ],
    ["no version at all", ["GET", "/ip_address"], none, "404 NOT_FOUND"],
  ];
  test.each(versionRows.map((row) => [row[0], row[3], row] as const))("%s is %s", async (_, __, row) => {
    const simulator = await startTestSimulator({ seed: testSeed, rules: row[4]?.rules ?? {} });
    await expectRejection(simulator, row, "");
  });

  test("1.3 is available while 1.2 is obsolete", async () => {
    const simulator = await startTestSimulator({ rules: { api12: "obsolete" } });
    expect((await send(simulator, "GET", "/1.3/ip_address")).status).toBe(200);
  });

  test("a change that cannot be saved results in SERVICE_ERROR", async () => {
    const folder = mkdtempSync(join(tmpdir(), "simulator-"));
    const simulator = await startTestSimulator({ seed: testSeed, stateFile: join(folder, "account.json") });
    rmSync(folder, { recursive: true });
    const answer = await send(simulator, "PUT", `/1.2/ip_address/${addresses.off}`, ptr);
    expect([answer.status, answer.body.error.error_code]).toEqual([500, "SERVICE_ERROR"]);
    produced.add("SERVICE_ERROR");
  });

  test("a body of unknown length is rejected when it becomes too large", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(50_000));
        controller.enqueue(new Uint8Array(50_000));
        controller.close();
      },
    });
    const headers = { Authorization: basic("demo", "demo") };
    const response = await fetch(`${simulator.url}/1.2/ip_address`, {
      method: "POST",
      body,
      headers,
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  test("the requests above produce every code of the error table", () => {
    expect([...produced].sort()).toEqual(Object.keys(errorTable).sort());
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "./support/commandLine";

const folder = mkdtempSync(join(tmpdir(), "simulator-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const headers = { Authorization: "Bearer ucat_demo" };

test.each(["SIGINT", "SIGTERM"] as const)(
  "the command prints one line, serves requests, and exits with 0 on %s",
  async (signal) => {
    const simulator = commandLine("--port", "0");
    const url = await simulator.url();
    expect((await fetch(`${url}/1.2/ip_address`, { headers })).status).toBe(200);
    simulator.child.kill(signal);
    expect(await simulator.ended).toEqual({
      code: 0,
      signal: null,
      output: `UpCloud simulator listening on ${url}\n`,
      errors: "",
    });
  },
);

test("the command keeps the account of a seed in a state file", async () => {
  const uuid = "00ab12cd-3456-4789-8abc-def012345678";
  const seed = fileWith(
    "seed.json",
    JSON.stringify({
      credentials: { token: "ucat_mine" },
      servers: [{ uuid, ipAddresses: [{ address: "203.0.113.7" }] }],
    }),
  );
  const state = join(folder, "state.json");
  const mine = { Authorization: "Bearer ucat_mine" };
  const first = commandLine("--port", "0", "--seed", seed, "--state", state);
  const body = JSON.stringify({ ip_address: { ptr_record: "kept.example.com" } });
  expect(
    (await fetch(`${await first.url()}/1.2/ip_address/203.0.113.7`, { method: "PUT", headers: mine, body })).status,
  ).toBe(202);
  first.child.kill("SIGKILL");
  await first.ended;
  const second = commandLine("--port", "0", "--state", state);
  const kept = await (await fetch(`${await second.url()}/1.2/ip_address/203.0.113.7`, { headers: mine })).json();
  expect(kept).toMatchObject({ ip_address: { ptr_record: "kept.example.com", server: uuid } });
});

test("kill -9 during many changes leaves a valid state file, with every change that got a response", async () => {
  const state = join(folder, "killed.json");
  for (const changes of [5, 40]) {
    const simulator = commandLine("--port", "0", "--state", state);
    const url = await simulator.url();
    let answered = 0;
    for (let sent = 1; simulator.child.exitCode === null && simulator.child.signalCode === null; sent++) {
      const body = JSON.stringify({ ip_address: { ptr_record: `n${sent}.example.com` } });
      const answer = fetch(`${url}/1.2/ip_address/192.0.2.2`, { method: "PUT", headers, body }).catch(() => undefined);
      if (sent === changes) simulator.child.kill("SIGKILL");
      if ((await answer)?.status === 202) answered = sent;
      else break;
    }
    await simulator.ended;
    const kept = Number(/^n(\d+)/.exec(JSON.parse(readFileSync(state, "utf8")).state.addresses[0].ptrRecord)?.[1]);
    expect([answered, answered + 1]).toContain(kept);
  }
});

describe("the command exits with 2 and prints one sentence if", () => {
  const unreadable = join(folder, "nothing.json");
  test.each([
    ["an option is unknown", () => ["--ports", "1"], "Unknown option '--ports'"],
    ["the port is not a number", () => ["--port", "http"], `--port is "http": expected a port from 0 to 65535.`],
    ["the latency is negative", () => ["--latency", "-1"], "--latency"],
    [
      "there is no seed file",
      () => ["--seed", unreadable],
      `--seed is ${JSON.stringify(unreadable)}: expected a JSON file (ENOENT`,
    ],
    ["the seed file is not JSON", () => ["--seed", fileWith("bad.json", "{")], "expected a JSON file ("],
    [
      "the seed is wrong",
      () => ["--seed", fileWith("wrong.json", '{"servers":[{"uuid":"x"}]}')],
      `servers[0].uuid is "x": expected a UUID`,
    ],
    [
      "the state file is wrong",
      () => ["--state", fileWith("state2.json", "{}")],
      "cannot be used (format undefined): expected a state file that upcloud-simulator wrote.",
    ],
  ])("%s", async (_, options, message) => {
    const { code, output, errors } = await commandLine("--port", "0", ...options()).ended;
    expect([code, output]).toEqual([2, ""]);
    expect(errors).toContain(message);
    expect(errors).toMatch(/^upcloud-simulator: [^\n]+\n$/);
  });

  test("the port is in use", async () => {
    const first = commandLine("--port", "0");
    const port = new URL(await first.url()).port;
    const { code, errors } = await commandLine("--port", port).ended;
    expect([code, errors]).toEqual([
      2,
      "upcloud-simulator: The port is in use: choose another with --port, or --port 0 for a free one.\n",
    ]);
  });
});

test("the command prints its help and its version", async () => {
  const [help, version] = await Promise.all([commandLine("--help").ended, commandLine("--version").ended]);
  for (const option of ["--port", "--seed", "--state", "--latency"]) expect(help.output).toContain(option);
  expect([help.code, version.code]).toEqual([0, 0]);
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(version.output).toBe(`${manifest.version}\n`);
});

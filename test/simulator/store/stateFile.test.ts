import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError } from "../../../src/simulator";
import { accountSnapshot, send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

const folder = mkdtempSync(join(tmpdir(), "simulator-"));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

test("the account is restored, with the addresses to assign next", async () => {
  const stateFile = file("on.json");
  const first = await startTestSimulator({ seed: testSeed, stateFile });
  await send(first, "PUT", `/1.2/ip_address/${addresses.running}`, { ip_address: { ptr_record: "a.example.com" } });
  const made = (await send(first, "POST", "/1.2/ip_address", { ip_address: { server: uuids.off } })).body.ip_address;
  await send(first, "DELETE", `/1.2/ip_address/${made.address}`);
  const before = accountSnapshot(first);
  await first.stop();
  const second = await startTestSimulator({ stateFile });
  expect(accountSnapshot(second)).toBe(before);
  const again = (await send(second, "POST", "/1.2/ip_address", { ip_address: { server: uuids.off } })).body.ip_address;
  expect(again.address).toBe(made.address);
});

test("changes without the API are kept as well", async () => {
  const stateFile = file("beside.json");
  const first = await startTestSimulator({ seed: testSeed, stateFile });
  first.account.credits = 5;
  first.account.giveIpAddressAway(addresses.off);
  await first.stop();
  const second = await startTestSimulator({ stateFile });
  expect(second.account.credits).toBe(5);
  expect((await send(second, "GET", `/1.2/ip_address/${addresses.off}`)).status).toBe(403);
});

test("a stop in progress continues with the time that was left", async () => {
  const stateFile = file("stop.json");
  const first = await startTestSimulator({ seed: testSeed, stateFile, rules: { requestMs: 0 } });
  first.clock.advance(50_000);
  await send(first, "POST", `/1.2/server/${uuids.running}/stop`, { stop_server: { stop_type: "hard" } });
  await first.stop();
  const second = await startTestSimulator({ stateFile });
  second.clock.advance(5_999);
  expect(second.account.getServer(uuids.running)?.state).toBe("started");
  second.clock.advance(1);
  expect(second.account.getServer(uuids.running)?.state).toBe("stopped");
});

test("the other account's credentials are kept, and a file without them results in the default ones", async () => {
  const stateFile = file("other.json");
  const otherAccount = { ...testSeed.otherAccount, credentials: { token: "ucat_theirs" } };
  await (await startTestSimulator({ seed: { ...testSeed, otherAccount }, stateFile })).stop();
  const tokenKept = async () => {
    const simulator = await startTestSimulator({ stateFile });
    await simulator.stop();
    return simulator.otherCredentials.token;
  };
  expect(await tokenKept()).toBe("ucat_theirs");
  const { format, state } = JSON.parse(readFileSync(stateFile, "utf8"));
  writeFileSync(stateFile, JSON.stringify({ format, state: { ...state, otherCredentials: undefined } }));
  expect(await tokenKept()).toBe("ucat_other");
});

test("rules are kept, and those of the options override them", async () => {
  const stateFile = file("rules.json");
  await (
    await startTestSimulator({ seed: testSeed, stateFile, rules: { api12: "obsolete", ptrEmpty: "reset" } })
  ).stop();
  const second = await startTestSimulator({ stateFile, rules: { api12: "served" } });
  const change = { ip_address: { ptr_record: "" } };
  expect((await send(second, "PUT", `/1.2/ip_address/${addresses.off}`, change)).status).toBe(202);
});

test.each([
  ["half a state", '{"format":1,"state":{"cred'],
  ["another format", '{"format":9}'],
  ["no state", "[]"],
])("a state file with %s results in an error that names the file", async (_, content) => {
  const stateFile = file("bad.json");
  writeFileSync(stateFile, content);
  await expect(startTestSimulator({ stateFile })).rejects.toThrow(`The state file ${stateFile} cannot be used`);
  await expect(startTestSimulator({ stateFile })).rejects.toBeInstanceOf(SetupError);
  expect(readFileSync(stateFile, "utf8")).toBe(content);
});

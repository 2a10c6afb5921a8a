import { mail } from "../../support/demoServers";
import { Machine } from "../../support/operation";

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start({ rules: { requestMs: 100, softStopMs: 12_000 } });
});
afterEach(() => machine.end());

/** What is sent from the look that shows the server stopped, which is the last one, to the start. */
function whileOff(): string[] {
  const sent = machine.simulator.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
  const startAt = sent.indexOf("POST start");
  return sent.slice(sent.lastIndexOf(`GET ${mail}`, startAt) + 1, startAt);
}

const declared = { server: mail, powerCycle: true };

test("while a server is off only the assigns are sent, and then only the releases", async () => {
  const up = machine.operation();
  const saved = await Promise.all([up.create("a", declared), up.create("b", declared)]);
  expect(whileOff()).toEqual(["POST ip_address", "POST ip_address"]);

  machine.simulator.clearRequests();
  const destroy = machine.operation();
  await Promise.all(saved.map((one) => destroy.delete(one)));
  expect(whileOff().sort()).toEqual(saved.map(({ id }) => `DELETE ${id}`).sort());
});

test("an assign that cannot list the account first stops nothing", async () => {
  machine.simulator.faults.add({ kind: "error", method: "GET", path: "/ip_address", status: 403 });
  await expect(machine.operation().create("a", declared)).rejects.toThrow(/^No IPv4 address was requested/);
  expect(machine.simulator.requests.map(({ method }) => method)).not.toContain("POST");
});

test("an address that somebody releases while its server stops is not released again", async () => {
  const { id, state } = await machine.operation().create("a", declared);
  machine.simulator.clearRequests();
  machine.simulator.faults.add({
    kind: "act",
    method: "POST",
    path: "/server/*/stop",
    act: (account) => account.releaseIpAddress(id),
  });
  await machine.operation().delete({ id, state });
  expect(machine.simulator.requests.map(({ method }) => method)).not.toContain("DELETE");
});

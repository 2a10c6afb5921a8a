import type { ServerIpAddressInputs } from "../../../src/model/inputs";
import type { ServerIpAddressState } from "../../../src/provider/serverIpAddress/state";
import { web } from "../../support/demoServers";
import { Machine, type Saved } from "../../support/operation";

const server = web;
const without: ServerIpAddressInputs = { server, family: "IPv4", access: "public" };

let machine: Machine;
let mail: Saved;
beforeEach(async () => {
  machine = await Machine.start();
  mail = await machine.operation().create("mail", { server, ptrRecord: "mail.example.com" });
  machine.simulator.clearRequests();
});
afterEach(() => machine.end());

const writes = () => machine.simulator.requests.filter(({ method }) => method !== "GET").map(({ method }) => method);
const served = () => machine.simulator.account.getIpAddress(mail.id)?.ptrRecord;

/** An operation with the PTR record taken out of the program. */
const takenOut = async () =>
  (await machine.operation().provider.update(mail.id, mail.state, without)).outs as ServerIpAddressState;

test("a PTR record that is taken out of the program goes back to UpCloud's", async () => {
  const state = await takenOut();
  expect(served()).toBe(mail.state.defaultPtrRecord);
  expect(state).toMatchObject({ ptrRecord: mail.state.defaultPtrRecord });
  expect([state.managesPtrRecord, writes()]).toEqual([undefined, ["PUT"]]);
});

test("one that somebody has changed stays as it is, and the state says so", async () => {
  machine.simulator.account.modifyIpAddress(mail.id, { ptrRecord: "theirs.example.net" });
  const state = await takenOut();
  expect([served(), state.ptrRecord, writes()]).toEqual(["theirs.example.net", "theirs.example.net", []]);
});

test("one that a PtrRecord of the program now declares stays", async () => {
  const operation = machine.operation();
  operation.session.declaredRecords.has = () => true;
  await operation.provider.update(mail.id, mail.state, without);
  expect([served(), writes()]).toEqual(["mail.example.com", []]);
});

test("restoring the record of an address that is gone is refused by UpCloud", async () => {
  machine.simulator.account.releaseIpAddress(mail.id);
  await expect(takenOut()).rejects.toThrow(mail.id);
});

test("one that is as wanted, or not wanted, is left alone", async () => {
  const { provider } = machine.operation();
  await provider.update(mail.id, mail.state, { ...without, ptrRecord: "mail.example.com" });
  const unmanaged: ServerIpAddressState = { ...mail.state };
  delete unmanaged.managesPtrRecord;
  await provider.update(mail.id, unmanaged, without);
  expect([served(), writes()]).toEqual(["mail.example.com", []]);
});

describe("an address that was adopted with a record of its own while its server could not be looked at", () => {
  let adopted: Saved;
  beforeEach(async () => {
    const { account, faults } = machine.simulator;
    const { address } = account.assignIpAddress({ server });
    account.modifyIpAddress(address, { ptrRecord: "old.example.com" });
    faults.add({ kind: "error", method: "GET", path: "/server/*", status: 403, errorCode: "SERVER_FORBIDDEN" });
    const declared = { server, adopt: address, ptrRecord: "mail.example.com" };
    const { id, properties } = await machine
      .operation()
      .create("adopted", declared)
      .then(() => Promise.reject(new Error("it was created")))
      .catch((error) => error);
    expect(properties).not.toHaveProperty("defaultPtrRecord");
    const { outs } = await machine.operation().provider.update(id, properties, { ...without, ...declared });
    adopted = { id, state: outs as ServerIpAddressState };
  });
  const takeOut = () => machine.operation().provider.update(adopted.id, adopted.state, without);
  const ptrRecord = () => machine.simulator.account.getIpAddress(adopted.id)?.ptrRecord;

  test("learns UpCloud's record when that is to be restored", async () => {
    const { outs } = await takeOut();
    const ofUpCloud = `${adopted.id.replaceAll(".", "-")}.de-fra1.upcloud.host`;
    expect(outs).toMatchObject({ ptrRecord: ofUpCloud, defaultPtrRecord: ofUpCloud });
    expect(ptrRecord()).toBe(ofUpCloud);
  });

  test("fails where it cannot be learnt then either, and says what to do", async () => {
    machine.simulator.faults.add({ kind: "error", method: "GET", path: "/server/*", status: 403 });
    await expect(takeOut()).rejects.toThrow(
      new RegExp(
        `^The PTR record of ${adopted.id} is still "mail\\.example\\.com": UpCloud's default record, which should replace it, could not be determined\\. .*403`,
      ),
    );
    expect(ptrRecord()).toBe("mail.example.com");
  });

  test("looks up no default when the record now belongs to another resource", async () => {
    machine.simulator.account.modifyIpAddress(adopted.id, { ptrRecord: "theirs.example.net" });
    machine.simulator.clearRequests();
    await takeOut();
    expect(machine.simulator.requests.map(({ path }) => path)).toEqual([`/1.2/ip_address/${adopted.id}`]);
  });
});

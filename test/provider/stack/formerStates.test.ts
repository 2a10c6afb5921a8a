import type { PtrRecordInputs, ServerIpAddressInputs } from "../../../src/model/inputs";
import { PtrRecordProvider } from "../../../src/provider/ptrRecord/provider";
import { mail, web } from "../../support/demoServers";
import { Machine, type Operation } from "../../support/operation";

const lineOf = (exported: string) => ({
  __provider: `exports.handler = () => require("pulumi-upcloud-ip/provider").${exported};`,
});
const ofAnother = { __provider: "exports.handler = __f0; function __f0() { return provider; }", note: "of its own" };

let machine: Machine;
let operation: Operation;
let records: PtrRecordProvider;
let address: string;
beforeEach(async () => {
  machine = await Machine.start();
  operation = machine.operation();
  records = new PtrRecordProvider(operation.session);
  address = machine.simulator.account.assignIpAddress({ server: web }).address;
});
afterEach(() => machine.end());

const requests = () => machine.simulator.requests.map(({ method, path }) => `${method} ${path}`);

describe("a ServerIpAddress in the place of a resource", () => {
  const inputs = (more: Partial<ServerIpAddressInputs> = {}): ServerIpAddressInputs => ({
    ...{ server: web, family: "IPv4", access: "public", ...lineOf("serverIpAddress") },
    ...more,
  });
  const diff = (olds: object, news: ServerIpAddressInputs, id = address) =>
    operation.provider.diff(id, olds as never, news);

  test("of another provider is updated in place where it adopts the id, and then is like any other", async () => {
    const news = inputs({ adopt: address, ptrRecord: "mail.example.com" });
    expect(await diff(ofAnother, news)).toEqual({ changes: true });
    expect(requests()).toEqual([]);
    const { outs } = await operation.provider.update(address, ofAnother as never, news);
    expect(machine.simulator.account.getIpAddress(address)?.ptrRecord).toBe("mail.example.com");
    expect(outs).toMatchObject({
      ...{ server: web, family: "IPv4", access: "public", ptrRecord: "mail.example.com", managesPtrRecord: true },
      ...{ partOfPlan: false, defaultPtrRecord: expect.stringContaining("upcloud.host") },
    });
    expect(outs).not.toHaveProperty("note");
    expect(await diff({ ...outs, ...lineOf("serverIpAddress") }, news)).toEqual({ changes: false });
  });

  test("of another provider fails in words where the address is on another server", async () => {
    const news = inputs({ server: mail, adopt: address });
    expect(await diff(ofAnother, news)).toEqual({ changes: true });
    await expect(operation.provider.update(address, ofAnother as never, news)).rejects.toThrow(
      `Expected the adopted address ${address} to have server ${mail}, got ${web}`,
    );
  });

  test.each<[string, object, Partial<ServerIpAddressInputs>, string | undefined, string]>([
    ["of another provider, without adopt,", ofAnother, {}, undefined, "to take it over, or remove the alias"],
    ["of another provider, with another adopt,", ofAnother, { adopt: "203.0.113.9" }, undefined, "to take it over"],
    ["of another provider, with an id of its own,", ofAnother, {}, "mail-1", "only if its id is the address"],
    ["that was a PtrRecord", lineOf("ptrRecord"), {}, undefined, "belongs to a PtrRecord in the stack's state"],
  ])("%s is refused", async (_, olds, more, id, words) => {
    await expect(diff(olds, inputs(more), id)).rejects.toThrow(words);
    await expect(diff(olds, inputs(more), id)).rejects.toThrow("remove the alias");
  });

  test("of the same kind that another version of the package has written is compared as usual", async () => {
    const state = { ...inputs(), ptrRecord: "", partOfPlan: false };
    const ofOldVersion = { ...state, __provider: `"use strict"; ${lineOf("serverIpAddress").__provider}` };
    expect(await diff(ofOldVersion, inputs())).toEqual({ changes: false });
  });
});

describe("a PtrRecord in the place of a resource", () => {
  const inputs = (): PtrRecordInputs => ({ address, ptrRecord: "mail.example.com", ...lineOf("ptrRecord") });

  test("of another provider whose id is the address is updated in place, and remembers the record before it", async () => {
    const ofUpCloud = machine.simulator.account.getIpAddress(address)?.ptrRecord;
    expect(await records.diff(address, ofAnother as never, inputs())).toEqual({ changes: true });
    const { outs } = await records.update(address, ofAnother as never, inputs());
    expect(outs).toMatchObject({ address, ptrRecord: "mail.example.com", previousPtrRecord: ofUpCloud });
    expect(outs).not.toHaveProperty("note");
    expect(machine.simulator.account.getIpAddress(address)?.ptrRecord).toBe("mail.example.com");
  });

  test.each([
    ["of another provider, with an id of its own,", ofAnother, "mail-1", "only if its id is the address"],
    ["that was a ServerIpAddress", lineOf("serverIpAddress"), undefined, "belongs to a ServerIpAddress in the stack's"],
  ])("%s is refused", async (_, olds, id, words) => {
    await expect(records.diff(id ?? address, olds as never, inputs())).rejects.toThrow(words);
    await expect(records.diff(id ?? address, olds as never, inputs())).rejects.toThrow("remove the alias");
  });
});

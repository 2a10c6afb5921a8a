import { randomUUID } from "node:crypto";
import { mail, web } from "../../support/demoServers";
import { AssignRig } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

describe("an address that was reported to Pulumi", () => {
  test("and that the state shows as interrupted is taken over", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    expect((await rig.operation().create("a", { server: web })).id).toBe(id);
    expect(rig.extras()).toEqual([id]);
  });

  test("and that the state shows as interrupted is taken over under any name of the stack", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    expect((await rig.operation().create("renamed", { server: web })).id).toBe(id);
    expect(rig.extras()).toEqual([id]);
  });

  test("is not taken over where the state does not show an interruption, and one line names it and the audit", async () => {
    const { id } = await rig.operation().create("a", { server: web });
    const next = rig.operation();
    expect((await next.create("a", { server: web })).id).not.toBe(id);
    expect(rig.extras()).toHaveLength(2);
    expect(next.said).toEqual([
      expect.stringMatching(
        `^${id} was assigned to server ${web} for this resource at .* does not show that its create was interrupted\\. Run .pulumi-upcloud-ip audit.`,
      ),
    ]);
  });

  test("is taken over after a stack with the former name of this one has read a state of its own", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    const [interrupted] = rig.machine.pending;
    rig.machine.pending.clear();
    const other = await rig.operation().create("other", { server: mail, powerCycle: true });
    await rig.operation().delete(other);
    if (interrupted !== undefined) rig.machine.pending.add(interrupted);
    expect((await rig.operation().create("a", { server: web })).id).toBe(id);
  });

  test("is not taken over when it was released and now belongs to another resource", async () => {
    const { id } = await rig.operation().create("a", { server: web });
    rig.account.releaseIpAddress(id);
    const { address } = rig.account.assignIpAddress({ server: web });
    expect(address).toBe(id);
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("is not taken over on the evidence of an older create of the same resource that was interrupted", async () => {
    await rig.operation().createUnsaved("a", { server: web });
    const { id } = await rig.operation().create("a", { server: web });
    rig.machine.inState = [];
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(id);
  });

  test("and saved under a name that was changed since is left to that resource", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    rig.machine.inState = [id];
    expect((await rig.operation().create("a", { server: web })).id).not.toBe(id);
    expect(rig.extras()).toHaveLength(2);
  });

  test("is not taken over where the state cannot be read, and one line names it, the reason and the audit", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    rig.machine.inState = undefined;
    const next = rig.operation();
    expect((await next.create("a", { server: web })).id).not.toBe(id);
    expect(next.said).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${id} was assigned to server ${web} for this resource at .*unknown whether the stack has the first one: .*no such place\\. Run .pulumi-upcloud-ip audit.`,
        ),
      ),
    ]);
  });

  test("of another provider process of the same operation is not taken over, although its result is not saved yet", async () => {
    const operationOf = (id: number) => {
      const run = randomUUID();
      return rig.operation(id, "1.2", { process: { id, run, host: "this machine", engine: "127.0.0.1:1" } });
    };
    const { id } = await operationOf(process.ppid).createUnsaved("a", { server: web });
    expect((await operationOf(process.pid).create("b", { server: web })).id).not.toBe(id);
    expect(rig.extras()).toHaveLength(2);
  });

  test("leaves the journal when it has been seen in a state", async () => {
    const saved = await rig.operation().create("a", { server: web });
    await rig.operation().diff(saved, { server: web });
    expect(rig.journal()).toEqual([]);
  });

  test("is taken over by its own stack after a new stack under the former name has created the same resource", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    const interrupted = [...rig.machine.pending];
    rig.machine.pending.clear();
    const other = await rig.operation().create("a", { server: web });
    await rig.operation().delete(await rig.operation().create("b", { server: web }));
    for (const one of interrupted) rig.machine.pending.add(one);
    expect((await rig.operation().create("a", { server: web })).id).toBe(id);
    expect(rig.extras()).toEqual([id, other.id].sort());
  });

  test("stays in the journal after a refresh that finds it", async () => {
    const { id, state } = await rig.operation().create("a", { server: web });
    const { provider } = rig.operation();
    const { props } = await provider.read(id, state);
    const { server, family, access } = state;
    const inputs = { server, family, access };
    expect(await provider.diff(id, props as typeof state, inputs)).toMatchObject({ changes: false });
    expect(rig.journal()).toHaveLength(1);
  });

  test("leaves the journal when a refresh has found it gone", async () => {
    const { id, state } = await rig.operation().create("a", { server: web });
    rig.account.releaseIpAddress(id);
    expect(await rig.operation().provider.read(id, state)).toEqual({});
    expect(rig.journal()).toEqual([]);
  });

  test("stays in the journal when a resource that only reads it finds it gone", async () => {
    const { id } = await rig.operation().create("a", { server: web });
    const { props } = await rig.operation().provider.read(id);
    rig.account.releaseIpAddress(id);
    expect(await rig.operation().provider.read(id, props)).toEqual({});
    expect(rig.journal()).toHaveLength(1);
  });

  test("and that was released since is replaced by a new one", async () => {
    const { id } = await rig.operation().createUnsaved("a", { server: web });
    rig.account.releaseIpAddress(id);
    expect((await rig.operation().create("a", { server: web })).id).toBe(rig.extras()[0]);
  });
});

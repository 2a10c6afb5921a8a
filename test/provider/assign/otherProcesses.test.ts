import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { web } from "../../support/demoServers";
import { AssignRig, holdAssign, moments } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

describe("a process that lives on when its engine is killed", () => {
  test("keeps the address: the next create reports that it waits for the process, and takes the address over", async () => {
    const orphan = rig.operation(process.pid);
    const { isHeld, goOn } = holdAssign(orphan, "request");
    const first = orphan.createUnsaved("a", { server: web });
    await isHeld;
    const next = rig.operation();
    const second = next.create("a", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rig.extras()).toEqual([]);
    expect(next.said).toEqual([
      expect.stringMatching(`^Waiting for process ${process.pid} on host this machine, which`),
    ]);
    goOn();
    const { id } = await first;
    expect((await second).id).toBe(id);
    expect(rig.extras()).toEqual([id]);
  });

  test("is waited for by the create of another name too, since the stack or the resource may have been renamed", async () => {
    const orphan = rig.operation(process.pid);
    const { isHeld, goOn } = holdAssign(orphan, "request");
    const first = orphan.createUnsaved("a", { server: web });
    await isHeld;
    const second = rig.operation().create("b", { server: web });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(rig.extras()).toEqual([]);
    goOn();
    expect((await second).id).toBe((await first).id);
    expect(rig.extras()).toHaveLength(1);
  });

  test("assigns nothing after its engine has ended", async () => {
    let isAlive = true;
    const orphan = rig.operation(process.pid, "1.2", { isEngineAlive: async () => isAlive });
    let goOn: () => void = () => undefined;
    const engineHasEnded = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { initialList } = orphan.session.addressCache;
    orphan.session.addressCache.initialList = async () => {
      const listed = await initialList.call(orphan.session.addressCache);
      await engineHasEnded;
      return listed;
    };
    const first = orphan.createUnsaved("a", { server: web });
    isAlive = false;
    const { id } = await rig.operation().create("a", { server: web });
    goOn();
    await expect(first).rejects.toThrow(/^No address was assigned to server .*, because Pulumi has exited/);
    expect(rig.extras()).toEqual([id]);
  });

  test("that outlasts the time of the operation is reported", async () => {
    const orphan = rig.operation(process.pid);
    moments["before the answer comes"](orphan);
    void orphan.create("a", { server: web });
    while (rig.extras().length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const failure = rig.operation().create("a", { server: web, timeouts: { create: "100ms" } });
    await expect(failure).rejects.toThrow("wait until it ends, then run `pulumi up` again");
    expect(rig.extras()).toHaveLength(1);
  });
});

describe("an address of another stack", () => {
  const engine = "127.0.0.1:1";
  const isEngineAlive = async () => true;
  /** The journal of another stack's create, as it is after `change`. */
  const rewrite = (address: string, change: object) => {
    const { journalDirectory } = rig.machine;
    const texts = rig.journal().map((name) => [name, readFileSync(`${journalDirectory}/${name}`, "utf8")] as const);
    const [name, text = ""] = texts.find(([, text]) => text.includes(`"address":"${address}"`)) ?? [];
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    const entry = { ...last, urn: "urn:pulumi:dev::p::t::other", ...change };
    writeFileSync(`${journalDirectory}/${name}`, JSON.stringify(entry));
  };
  const other = async (id: number) => {
    const ofOther = rig.operation(id, "1.2", { process: { id, run: randomUUID(), host: "this machine", engine } });
    return (await ofOther.create("other", { server: web })).id;
  };

  test("is not taken over while its operation is at work, however long that takes", async () => {
    const id = await other(process.ppid);
    rewrite(id, { phase: "assigned", at: new Date(Date.now() - 600_000).toISOString() });
    const ours = rig.operation(undefined, "1.2", { isEngineAlive });
    expect((await ours.create("a", { server: web })).id).not.toBe(id);
    expect(rig.extras()).toHaveLength(2);
  });

  test("is not taken over by a later create of an operation that began before the other one ended", async () => {
    const process = spawn("sleep", ["100"]);
    const id = await other(process.pid as number);
    rewrite(id, { phase: "assigned" });
    const ours = rig.operation();
    await ours.create("a", { server: web });
    rewrite(id, { phase: "reported" });
    const hasEnded = once(process, "exit");
    process.kill("SIGKILL");
    await hasEnded;
    expect((await ours.create("b", { server: web })).id).not.toBe(id);
    expect(rig.extras()).toHaveLength(3);
  });
});

import { randomUUID } from "node:crypto";
import { mail, web } from "../../support/demoServers";
import { Machine, type Operation, type Saved } from "../../support/operation";

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

const isThere = (address: string) => machine.simulator.account.getIpAddress(address) !== undefined;
const releases = () => machine.simulator.requests.filter(({ method }) => method === "DELETE").length;

describe("an address that was released in the control panel and assigned again to another resource of the stack", () => {
  let a: Saved;
  let b: Saved;
  let operation: Operation;
  beforeEach(async () => {
    a = await machine.operation().create("a", { server: web });
    machine.inState = [a.id];
    machine.simulator.account.releaseIpAddress(a.id);
    operation = machine.operation();
  });

  test.each([
    ["after its first resource was looked at", true],
    ["before its first resource was looked at", false],
  ])("%s is reported in one line, and the first resource does not release it", async (_, isFirst) => {
    const diff = () => operation.diff(a, { server: web });
    if (isFirst) await diff();
    b = await operation.create("b", { server: web });
    if (!isFirst) await diff();
    expect(b.id).toBe(a.id);
    expect(operation.said).toEqual([expect.stringMatching(`^${b.id}: UpCloud has assigned it again`)]);
    await operation.delete(a);
    expect([isThere(b.id), releases()]).toEqual([true, 0]);
  });

  test("is not released by the first resource in a later operation, and is released by the second", async () => {
    b = await operation.create("b", { server: web });
    machine.inState = [a.id, b.id];
    const later = machine.operation();
    await later.delete(a);
    expect([isThere(b.id), releases()]).toEqual([true, 0]);
    expect(later.said).toEqual([`${b.id}: not released, because it belongs to saved 1 in the stack's state.`]);
    machine.inState = [b.id];
    await machine.operation().delete(b);
    expect(isThere(b.id)).toBe(false);
  });
});

test("an address that the program adopts is not released first, although its resource is replaced", async () => {
  const saved = await machine.operation().create("a", { server: web });
  const operation = machine.operation();
  await operation.provider.check({}, { server: web, adopt: saved.id });
  await operation.delete(saved);
  expect([isThere(saved.id), releases()]).toEqual([true, 0]);
});

test("an address is released when the engine replaces its resource although diff found no replacement", async () => {
  const saved = await machine.operation().create("a", { server: web });
  const operation = machine.operation();
  expect(await operation.diff(saved, { server: web })).toMatchObject({ changes: false });
  await operation.create("a", { server: web });
  await operation.delete(saved);
  expect(isThere(saved.id)).toBe(false);
});

describe("an address that another process has been assigned or adopts", () => {
  const ofEngine = (
    engine: string,
    isEngineAlive: (address?: string) => Promise<boolean> = async () => true,
    id = process.ppid,
  ) =>
    machine.operation(id, "1.2", { process: { id, run: randomUUID(), host: "this machine", engine }, isEngineAlive });
  const ended = 2 ** 22 + 1;

  test("is not released by the provider process of the same operation that had it before", async () => {
    const saved = await machine.operation().create("a", { server: web });
    const explicit = ofEngine("127.0.0.1:1");
    await explicit.create("b", { server: web, adopt: saved.id });
    await ofEngine("127.0.0.1:1", async () => true, process.pid).delete(saved);
    expect([isThere(saved.id), releases()]).toEqual([true, 0]);
  });

  test("is released once that process and its engine have ended", async () => {
    const saved = await ofEngine("127.0.0.1:1").create("a", { server: web });
    await ofEngine("127.0.0.1:2", async (address) => address === undefined).delete(saved);
    expect(isThere(saved.id)).toBe(false);
  });

  test.each(["127.0.0.1:1", "127.0.0.1:2"])(
    "is released once that process has ended, though its engine's port is in use again (%s)",
    async (engine) => {
      const saved = await ofEngine("127.0.0.1:1", undefined, ended).create("a", { server: web });
      await ofEngine(engine).delete(saved);
      expect(isThere(saved.id)).toBe(false);
    },
  );

  test("is not released while another operation is under way that has it, and the failure says so", async () => {
    const saved = await ofEngine("127.0.0.1:1").create("a", { server: web });
    await expect(ofEngine("127.0.0.1:2", undefined, process.pid).delete(saved)).rejects.toThrow(
      `${saved.id} was not released, because another operation (process ${process.ppid} on host this machine, `,
    );
    expect([isThere(saved.id), releases()]).toEqual([true, 0]);
  });
});

test("an address is not released by a process whose engine has ended while the server was being stopped", async () => {
  const declared = { server: mail, powerCycle: true };
  const saved = await machine.operation().create("a", declared);
  let isAlive = true;
  const orphan = machine.operation(process.ppid, "1.2", { isEngineAlive: async () => isAlive });
  machine.simulator.faults.add({
    kind: "act",
    when: "after",
    method: "POST",
    path: "/server/*/stop",
    act: () => {
      isAlive = false;
    },
  });
  await expect(orphan.delete(saved)).rejects.toThrow(
    `${saved.id} was not released, because Pulumi has exited: run \`pulumi up\` or \`pulumi destroy\` again.`,
  );
  expect([isThere(saved.id), releases()]).toEqual([true, 0]);
  expect(machine.simulator.account.getServer(mail)?.state).toBe("started");
});

test("an address is not released where the state cannot be read, and the failure says why", async () => {
  const saved = await machine.operation().create("a", { server: web });
  machine.inState = undefined;
  await expect(machine.operation().delete(saved)).rejects.toThrow(
    `${saved.id} was not released, because it is unknown whether another resource of the stack has it. The stack's state could not be read: no such place.`,
  );
  expect([isThere(saved.id), releases()]).toEqual([true, 0]);
});

describe("a release whose answer is lost", () => {
  const lose = () => machine.simulator.faults.add({ method: "DELETE", kind: "drop", when: "after-effect" });

  test("is not repeated when an assign of the same operation has received the address meanwhile", async () => {
    const a = await machine.operation().create("a", { server: web });
    const operation = machine.operation();
    await operation.diff(a, { server: mail });
    let released: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => {
      released = resolve;
    });
    machine.simulator.faults.add({ method: "DELETE", kind: "act", when: "after", act: () => released() });
    lose();
    const deleted = operation.delete(a);
    await isReleased;
    const b = await operation.create("b", { server: web });
    await deleted;
    expect(b.id).toBe(a.id);
    expect([isThere(b.id), releases(), operation.session.claims.isKept(b.id)]).toEqual([true, 1, true]);
  });

  test("is not repeated when another process is being assigned the address", async () => {
    const a = await machine.operation().create("a", { server: web });
    machine.inState = [a.id];
    const [id, run] = [process.ppid, randomUUID()];
    const other = machine.operation(id, "1.2", { process: { id, run, host: "this machine", engine: "127.0.0.1:1" } });
    await other.session.addressCache.initialList();
    let [isAssigned, isAnswered] = [false, false];
    const { assign } = other.session.client().ipAddresses;
    other.session.client().ipAddresses.assign = async (...request) => {
      const answer = await assign(...request);
      isAssigned = true;
      while (!isAnswered) await new Promise((resolve) => setTimeout(resolve, 2));
      return answer;
    };
    let b: Promise<Saved> | undefined;
    const act = () => {
      b = other.create("b", { server: web });
    };
    machine.simulator.faults.add({ method: "DELETE", kind: "act", when: "after", act });
    lose();
    const deleted = machine.operation(undefined, "1.2", { isEngineAlive: async () => true }).delete(a);
    while (!isAssigned) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    isAnswered = true;
    await deleted;
    expect((await b)?.id).toBe(a.id);
    expect([isThere(a.id), releases()]).toEqual([true, 1]);
  });

  test("waits for an assign that is under way on the same server before it is repeated", async () => {
    const a = await machine.operation().create("a", { server: web });
    const operation = machine.operation();
    await operation.session.addressCache.initialList();
    const { assign } = operation.session.client().ipAddresses;
    let answer: () => void = () => undefined;
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let isAssigned = false;
    operation.session.client().ipAddresses.assign = async (...request) => {
      const answered = await assign(...request);
      isAssigned = true;
      await isAnswered;
      return answered;
    };
    machine.simulator.faults.add({
      method: "DELETE",
      kind: "act",
      when: "after",
      act: () => void operation.create("b", { server: web }).catch(() => undefined),
    });
    lose();
    const deleted = operation.delete(a);
    while (!isAssigned) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(releases()).toBe(1);
    answer();
    await deleted;
    expect([isThere(a.id), releases()]).toEqual([true, 1]);
  });

  test("is repeated when the address still belongs to the resource", async () => {
    const a = await machine.operation().create("a", { server: web });
    machine.simulator.faults.add({ method: "DELETE", kind: "drop", when: "before-effect" });
    await machine.operation().delete(a);
    expect([isThere(a.id), releases()]).toEqual([false, 2]);
  });
});

import { SharedExclusiveLock } from "../../../src/provider/assign/sharedExclusiveLock";

const turns = async (count = 5) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Work that ends when it is told to. */
function held() {
  let end: () => void = () => undefined;
  const work = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => work, end };
}

test("an exclusive lock waits for all shared ones, of which there may be any number", async () => {
  const lock = new SharedExclusiveLock();
  const [one, other] = [held(), held()];
  const events: string[] = [];
  const shared = [lock.shared(one.work), lock.shared(other.work)];
  const exclusive = lock.exclusive(async () => events.push("exclusive"));
  one.end();
  await turns();
  expect(events).toEqual([]);
  other.end();
  await Promise.all([...shared, exclusive]);
  expect(events).toEqual(["exclusive"]);
});

test("no shared lock is granted while an exclusive one is waited for or held", async () => {
  const lock = new SharedExclusiveLock();
  const [before, within] = [held(), held()];
  const events: string[] = [];
  const shared = lock.shared(before.work);
  const exclusive = lock.exclusive(async () => {
    await within.work();
    events.push("exclusive");
  });
  const later = lock.shared(async () => events.push("shared"));
  before.end();
  await turns();
  expect(events).toEqual([]);
  within.end();
  await Promise.all([shared, exclusive, later]);
  expect(events).toEqual(["exclusive", "shared"]);
});

test("exclusive locks are granted one after the other, also after a failure", async () => {
  const lock = new SharedExclusiveLock();
  const first = lock.exclusive(() => Promise.reject(new Error("failed")));
  const second = lock.exclusive(async () => "second");
  await expect(first).rejects.toThrow("failed");
  expect(await second).toBe("second");
  expect(await lock.shared(async () => "shared")).toBe("shared");
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockDemo } from "../../../tools/demo/lock";

describe("lockDemo", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-"));
    lock = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("a second demo is refused while the first runs", () => {
    const unlock = lockDemo(lock);
    expect(() => lockDemo(lock)).toThrow(`The demo is already running, as process ${process.pid}`);
    unlock();
    expect(existsSync(lock)).toBe(false);
  });

  test("the lock of a demo that was killed is taken over", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(lock, String(pid));
    lockDemo(lock);
    expect(readFileSync(lock, "utf8")).toBe(String(process.pid));
  });

  test("a lock without a process in it is taken over", () => {
    writeFileSync(lock, "");
    expect(() => lockDemo(lock)).not.toThrow();
  });
});

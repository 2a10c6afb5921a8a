import { runStep } from "../../tools/childProcess";

const node = process.execPath;

describe("runStep", () => {
  test("a step that succeeds resolves to what it printed", async () => {
    expect(await runStep(node, ["-p", "6 * 7"])).toBe("42\n");
  });

  test("a step that fails rejects with the last lines that it printed", async () => {
    const lines = "for (let line = 1; line <= 9; line++) console.error(line); process.exit(1)";
    await expect(runStep(node, ["-e", lines])).rejects.toThrow(/^5\n6\n7\n8\n9$/);
  });

  test("a step that fails without output rejects with its exit code", async () => {
    await expect(runStep(node, ["-e", "process.exit(3)"])).rejects.toThrow("ended with exit code 3");
  });

  test("a step whose command does not exist rejects with ENOENT", async () => {
    await expect(runStep("/no/such/command", [])).rejects.toThrow("ENOENT");
  });

  test("an aborted step is killed with everything it has started", async () => {
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(new Error("nothing arrived")), 100);
    // If the inner process survived, it would keep stdout open, and so the step.
    const nested = `require("child_process").spawnSync("sleep", ["30"], { stdio: "inherit" })`;
    const begin = Date.now();
    await expect(runStep(node, ["-e", nested], { giveUp: giveUp.signal })).rejects.toThrow("nothing arrived");
    expect(Date.now() - begin).toBeLessThan(5_000);
  });
});

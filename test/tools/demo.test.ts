import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockDemo } from "../../tools/demoLock";
import { demoEnvironment, withYes } from "../../tools/demoPulumi";
import { demoReport } from "../../tools/demoReport";

describe("demoEnvironment", () => {
  const place = { root: "/clone", folder: "/clone/.demo", url: "http://127.0.0.1:8080", token: "ucat_demo" };

  test("the user's own accounts are out of reach", () => {
    const own = {
      UPCLOUD_USERNAME: "me",
      UPCLOUD_PASSWORD: "secret",
      UPCLOUD_TOKEN: "ucat_mine",
      UPCLOUD_API_VERSION: "1.3",
      PULUMI_ACCESS_TOKEN: "pul-mine",
      PULUMI_CREDENTIALS_PATH: "/home/me/credentials",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/home/me/passphrase",
    };
    const environment = demoEnvironment(own, place);
    expect(Object.keys(environment).filter((name) => name.startsWith("UPCLOUD_"))).toEqual([
      "UPCLOUD_DEBUG_API_BASE_URL",
      "UPCLOUD_TOKEN",
    ]);
    expect(Object.values(environment)).not.toEqual(expect.arrayContaining(Object.values(own)));
  });

  test("Pulumi works on the demo's folder and the simulator, with the rest of the environment as it was", () => {
    expect(demoEnvironment({ PATH: "/bin", NO_COLOR: "1" }, place)).toMatchObject({
      PATH: "/bin",
      NO_COLOR: "1",
      PULUMI_BACKEND_URL: "file:///clone/.demo/state",
      PULUMI_HOME: "/clone/.demo/pulumi-home",
      PULUMI_CONFIG_PASSPHRASE: "",
      UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:8080",
      UPCLOUD_TOKEN: "ucat_demo",
    });
  });
});

describe("withYes", () => {
  test.each([
    [["up"], ["up", "--yes"]],
    [
      ["destroy", "--remove"],
      ["destroy", "--remove", "--yes"],
    ],
    [["refresh"], ["refresh", "--yes"]],
    [
      ["stack", "rm"],
      ["stack", "rm", "--yes"],
    ],
  ])("%j asks, so it is answered", (args, answered) => {
    expect(withYes(args)).toEqual(answered);
  });

  test.each([
    [["up", "--yes"]],
    [["destroy", "-y"]],
    [["preview"]],
    [["stack", "output", "--json"]],
    [["config", "set", "ptrRecord", "up"]],
    [[]],
  ])("%j is passed on as it is", (args: string[]) => {
    expect(withYes(args)).toEqual(args);
  });
});

describe("demoReport", () => {
  const outputs = { address: "198.18.0.7", ptrRecord: "mail.example.com" };

  test("what the stack says and what the account has stand one below the other", async () => {
    const account = { address: "198.18.0.7", ptr_record: "drifted.example.com", server: "0053cd80" };
    const report = await withAccount([account], (place) => demoReport(outputs, place, 7));
    expect(report).toMatch(/outputs +198\.18\.0\.7 +PTR mail\.example\.com\n/);
    expect(report).toMatch(/account +198\.18\.0\.7 +PTR drifted\.example\.com +on server 0053cd80\n/);
    expect(report).toMatch(/Requests to the API +7\n/);
    expect(report).toContain("npm run demo -- destroy");
  });

  test("an address that the account does not have is an error", async () => {
    const other = { address: "198.18.0.8", ptr_record: "", server: "0053cd80" };
    await expect(withAccount([other], (place) => demoReport(outputs, place, 7))).rejects.toThrow(
      "The stack's address 198.18.0.7 is not in the account.",
    );
  });

  async function withAccount<T>(addresses: object[], use: (account: Parameters<typeof demoReport>[1]) => Promise<T>) {
    const server = createServer((request, response) => {
      const isRight = request.url === "/1.2/ip_address" && request.headers.authorization === "Bearer ucat_demo";
      response.statusCode = isRight ? 200 : 400;
      response.end(JSON.stringify({ ip_addresses: { ip_address: addresses } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return await use({ url: `http://127.0.0.1:${port}`, credentials: { token: "ucat_demo" } });
    } finally {
      server.close();
    }
  }
});

describe("lockDemo", () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-"));
    lock = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("a second demo is refused as long as the first runs", () => {
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

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

const chromium = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const reason = !existsSync(chromium)
  ? `there is no browser at ${chromium} (set CHROMIUM_PATH)`
  : !isInstalled("playwright-core")
    ? "playwright-core is not installed"
    : undefined;

function isInstalled(name: string): boolean {
  try {
    return require.resolve(name) !== "";
  } catch {
    return false;
  }
}

/** The part of Playwright's page that this test uses. */
interface Page {
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  evaluate<T>(expression: string): Promise<T>;
  goto(url: string): Promise<unknown>;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  on(event: "pageerror", listener: (error: Error) => void): void;
  waitForSelector(selector: string): Promise<unknown>;
  textContent(selector: string): Promise<string | null>;
  title(): Promise<string>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

const widthOfPage = "document.documentElement.scrollWidth";

/** The words that are on several lines; a word ends at a space, a hyphen, or where an identifier may break. */
const brokenWords = `(() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { nodeValue, parentElement } = texts.currentNode;
    if (parentElement.closest("script, style")) continue;
    for (const { 0: word, index } of nodeValue.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(word);
    }
  }
  return found;
})()`;

test("the page and its requests need no credentials and are not logged", async () => {
  const simulator = await startTestSimulator({ seed: testSeed });
  const page = await send(simulator, "GET", "/", undefined, {});
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
  expect(page.text.match(/(?:src|href)\s*=\s*"(?!data:)[^"]*"|https?:\/\//g)).toBeNull();
  const { body } = await send(simulator, "GET", "/__simulator/account", undefined, {});
  expect(body.servers[0]).toMatchObject({
    title: "running",
    state: "started",
    ipAddresses: [{ address: addresses.running }, {}],
  });
  expect(body.detached).toMatchObject([{ address: addresses.floating }]);
  expect(simulator.requests).toEqual([]);
});

test("the page knows what requests have changed, and since when a server is off", async () => {
  const simulator = await startTestSimulator({ seed: testSeed });
  const pageData = async () => (await send(simulator, "GET", "/__simulator/account", undefined, {})).body;
  const serverOf = async (uuid: string) =>
    (await pageData()).servers.find((server: { uuid: string }) => server.uuid === uuid);
  const changesOf = async (uuid: string) =>
    (await serverOf(uuid)).ipAddresses.flatMap(({ address, change }: { address: string; change?: object }) =>
      change === undefined ? [] : [[address, change]],
    );
  simulator.account.assignIpAddress({ server: uuids.off });
  expect(await changesOf(uuids.off)).toEqual([]);

  const assign = { ip_address: { server: uuids.off } };
  const { address } = (await send(simulator, "POST", "/1.2/ip_address", assign)).body.ip_address;
  const set = { ip_address: { ptr_record: "seen.example.com" } };
  await send(simulator, "PUT", `/1.2/ip_address/${addresses.off}`, set);
  expect(await changesOf(uuids.off)).toEqual([
    [addresses.off, { what: "PTR record set", atMs: 4000 }],
    [address, { what: "assigned", atMs: 2000 }],
  ]);
  await send(simulator, "DELETE", `/1.2/ip_address/${address}`);
  expect(await changesOf(uuids.off)).toContainEqual([address, { what: "released", atMs: 6000 }]);
  simulator.clock.advance(60_000);
  expect(await changesOf(uuids.off)).toEqual([[addresses.off, { what: "PTR record set", atMs: 4000 }]]);

  const stop = { stop_server: { stop_type: "hard" } };
  await send(simulator, "POST", `/1.2/server/${uuids.running}/stop`, stop);
  expect(await serverOf(uuids.running)).not.toHaveProperty("offSinceMs");
  simulator.clock.advance(30_000);
  expect(await serverOf(uuids.running)).toMatchObject({ state: "stopped", offSinceMs: 68_000 + 6000 });
  simulator.account.startServer(uuids.running);
  expect(await serverOf(uuids.running)).toMatchObject({ state: "started", lastOffMs: 24_000 });
  expect(await serverOf(uuids.running)).not.toHaveProperty("offSinceMs");
});

test("a refused request is logged with its error code, by the API or by a fault", async () => {
  const simulator = await startTestSimulator({ seed: testSeed });
  simulator.faults.add({ kind: "html", path: "/account" });
  simulator.faults.add({ kind: "error", status: 503, path: "/ip_address" });
  for (const path of ["/1.2/account", "/1.2/ip_address", "/1.2/ip_address/192.0.2.77", "/1.2/ip_address"]) {
    await send(simulator, "GET", path);
  }
  expect(simulator.requests.map(({ status, errorCode }) => [status, errorCode])).toEqual([
    [502, undefined],
    [503, "SERVICE_ERROR"],
    [404, "IP_ADDRESS_NOT_FOUND"],
    [200, undefined],
  ]);
});

(reason === undefined ? describe : describe.skip)(`in a browser${reason ? ` (skipped: ${reason})` : ""}`, () => {
  const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const profile = mkdtempSync(join(tmpdir(), "simulator-page-"));
  let browser: Browser;
  beforeAll(async () => {
    const { chromium: launcher } = require("playwright-core");
    const context = await launcher.launchPersistentContext(profile, {
      executablePath: chromium,
      headless: true,
      args: flags,
    });
    browser = context;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(profile, { recursive: true, force: true });
  });

  test("the page shows servers, addresses and PTR records, refreshes them, and loads nothing from elsewhere", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const page = await browser.newPage();
    const asked: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(simulator.url);
    await page.waitForSelector(`text=${addresses.running}`);
    expect(await page.title()).toBe("UpCloud simulator");
    expect(await page.textContent("#servers")).toContain("203-0-113-11.fi-hel1.upcloud.host");
    expect(await page.textContent("#servers section:nth-child(2)")).toContain("stopped");

    simulator.account.startServer(uuids.off);
    const hostile = '/1.2/ip_address?<img src="x" onerror="document.title=1">';
    await send(simulator, "PUT", `/1.2/ip_address/${addresses.off}`, {
      ip_address: { ptr_record: "seen.example.com" },
    });
    await send(simulator, "GET", encodeURI(hostile));
    await send(simulator, "GET", "/1.2/nothing");
    await page.waitForSelector("#requests tr.bad:first-child");
    await page.waitForSelector("#servers section:nth-child(2) .state.started");
    expect(await page.textContent("#requests tr:nth-child(3)")).toMatch(
      /^6 s agoPUT\/1\.2\/ip_address\/203\.0\.113\.22202$/,
    );
    expect(await page.textContent("#requests tr.bad:first-child")).toMatch(/404 NOT_FOUND$/);
    expect(await page.textContent("#servers section:nth-child(2) tr.changed.recent")).toContain(
      "PTR record set 4 s ago",
    );
    expect(await page.textContent("#servers section:nth-child(2) .off")).toBe("was off for 0 s");

    for (const width of [400, 500, 1200]) {
      await page.setViewportSize({ width, height: 800 });
      expect([width, await page.evaluate(widthOfPage), await page.evaluate(brokenWords)]).toEqual([width, width, []]);
    }

    expect([errors, await page.title()]).toEqual([[], "UpCloud simulator"]);
    expect(asked.filter((url) => !url.startsWith(simulator.url) && !url.startsWith("data:"))).toEqual([]);
  }, 60_000);
});

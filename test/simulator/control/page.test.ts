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
    await page.waitForSelector("text=seen.example.com");
    await page.waitForSelector("#servers section:nth-child(2) .state.started");
    expect(await page.textContent("#requests tr:nth-child(2)")).toMatch(
      /s ?PUT ?\/1\.2\/ip_address\/203\.0\.113\.22 ?202/,
    );

    expect([errors, await page.title()]).toEqual([[], "UpCloud simulator"]);
    expect(asked.filter((url) => !url.startsWith(simulator.url) && !url.startsWith("data:"))).toEqual([]);
  }, 60_000);
});

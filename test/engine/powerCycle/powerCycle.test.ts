import { type Project, servers } from "../support/project";
import { addresses, endAll, start, startOf, startOn, stateOf, stopOf, writes } from "../support/runningServers";

afterAll(endAll);

describe("five addresses on one running server", () => {
  let project: Project;
  let before: unknown;
  beforeAll(async () => {
    project = await start();
    before = project.account();
  });

  test("the preview warns once that the server runs, from two requests", async () => {
    project.declare(addresses(servers.mail, 5, ""));
    const { ok, output, requests } = await project.preview();
    expect(ok).toBe(true);
    expect([...requests].sort()).toEqual(["GET /1.2/ip_address", "GET /1.2/server"]);
    const warning = `warning: server "mail" (${servers.mail}) is started, and UpCloud assigns and releases addresses only while it is stopped`;
    expect(output.split("Diagnostics:")[1]?.split(warning)).toHaveLength(2);
  });

  test("with powerCycle the preview says that the server will be stopped and started", async () => {
    project.declare(addresses(servers.mail, 5));
    const { output, requests } = await project.preview();
    expect(output).toContain(
      `server "mail" (${servers.mail}) is started and will be stopped, changed and started again`,
    );
    expect(requests).toHaveLength(2);
  });

  test("up stops it once, assigns five times and starts it once, and says so", async () => {
    const { ok, output, requests } = await project.up();
    expect(ok).toBe(true);
    expect(writes(requests)).toEqual({
      [stopOf(servers.mail)]: 1,
      "POST /1.2/ip_address": 5,
      [startOf(servers.mail)]: 1,
    });
    expect(stateOf(project, servers.mail)).toBe("started");
    expect(output).toContain(`stopping server "mail", hard stop after 120 s (${servers.mail})`);
    expect(output).not.toContain("warning");
  });

  test("a PTR edit does not stop it", async () => {
    project.declare(addresses(servers.mail, 5, 'powerCycle: true, ptrRecord: "mail.example.com"'));
    const { ok, requests } = await project.up();
    expect([ok, requests.length]).toEqual([true, 5]);
    expect(requests.every((request) => request.startsWith("PUT"))).toBe(true);
  });

  test("a no-op preview asks nothing", async () => {
    expect((await project.preview()).requests).toEqual([]);
  });

  test("destroy stops it once, releases five times and starts it once, and the account is as it was", async () => {
    const { ok, requests } = await project.destroy();
    expect(ok).toBe(true);
    const counts = writes(requests);
    expect([counts[stopOf(servers.mail)], counts[startOf(servers.mail)], Object.keys(counts).length]).toEqual([
      1, 1, 7,
    ]);
    expect(project.account()).toEqual(before);
  });
});

describe("after a failure the server runs, or the resource says that it does not", () => {
  test.concurrent("an assign that UpCloud refuses leaves the server running", async () => {
    const project = await start();
    project.simulator.account.credits = 0;
    project.declare(addresses(servers.mail, 1));
    const { ok, output, requests } = await project.up();
    expect([ok, output]).toEqual([false, expect.stringContaining("too few credits")]);
    expect(writes(requests)).toMatchObject({ [stopOf(servers.mail)]: 1, [startOf(servers.mail)]: 1 });
    expect(stateOf(project, servers.mail)).toBe("started");
  });

  test.concurrent("a start that UpCloud refuses is reported on the resource, the address is saved, and the next up starts the server", async () => {
    const project = await start();
    project.declare(addresses(servers.mail, 1));
    project.simulator.faults.add({
      kind: "error",
      method: "POST",
      path: "/server/*/start",
      status: 402,
      errorCode: "INSUFFICIENT_CREDITS",
    });
    const first = await project.up();
    expect(first.ok).toBe(false);
    expect(first.output).toContain(
      `Server "mail" (${servers.mail}) was stopped to change its addresses and could not be started again`,
    );
    const [saved] = project.resources;
    expect(project.address(saved?.id as string)?.server).toBe(servers.mail);
    expect(stateOf(project, servers.mail)).toBe("stopped");

    const second = await project.up();
    expect(second.ok).toBe(true);
    expect(writes(second.requests)).toEqual({ [startOf(servers.mail)]: 1 });
    expect(stateOf(project, servers.mail)).toBe("started");
    expect((await project.preview()).changes).toEqual({ same: 2 });
  });

  test.concurrent("a first Ctrl-C lets the change end and the server start", async () => {
    const project = await start({ rules: { softStopMs: 8000 } });
    project.declare(addresses(servers.mail, 1));
    const abort = new AbortController();
    const up = project.up({ signal: abort.signal });
    while (!project.simulator.requests.some(({ path }) => path.endsWith("/stop"))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    abort.abort();
    await up;
    expect(stateOf(project, servers.mail)).toBe("started");
    const [saved] = project.resources;
    const onServer = project.simulator.account.listIpAddresses(servers.mail).map(({ address }) => address);
    expect(onServer).toHaveLength(4);
    expect(onServer).toContain(saved?.id);
  });

  test.concurrent("a stop that takes longer than timeouts allows is reported, and the server runs", async () => {
    const project = await start();
    project.simulator.account.setGuest(servers.mail, { acpi: false });
    const args = 'powerCycle: { timeoutSeconds: 30 }, timeouts: { create: "2s" }';
    project.declare(addresses(servers.mail, 1, args));
    const { ok, output } = await project.up();
    expect(ok).toBe(false);
    expect(output).toContain(
      `Server "mail" (${servers.mail}) was still started when the time that \`timeouts\` allows was over: run again`,
    );
    expect(stateOf(project, servers.mail)).toBe("started");
    expect(project.resources).toEqual([]);
  });
});

test.concurrent("two stacks that change the same running server at once both succeed and leave it running", async () => {
  const first = await start();
  const second = await startOn(first.simulator);
  for (const project of [first, second]) project.declare(addresses(servers.mail, 2));
  const outcomes = await Promise.all([first.up(), second.up()]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  expect(stateOf(first, servers.mail)).toBe("started");
  expect(first.simulator.account.listIpAddresses(servers.mail)).toHaveLength(7);
});

describe("three addresses of a running server, two of them on explicit providers", () => {
  let project: Project;
  let before: unknown;
  beforeAll(async () => {
    // Long enough for all processes to see the server still running.
    project = await start({ rules: { softStopMs: 5000 } });
    before = project.account();
  });
  /** What was asked for in order, each address by its verb. */
  const inOrder = (requests: readonly string[]) =>
    requests
      .filter((request) => !request.startsWith("GET"))
      .map((request) => (request.includes("/ip_address") ? request.split(" ")[0] : request.split("/").at(-1)));

  test("up stops it once, assigns three times and starts it once", async () => {
    project.declare(`
      const args = { server: "${servers.mail}", powerCycle: true };
      new ServerIpAddress("one", args);
      for (const name of ["two", "three"]) new ServerIpAddress(name, args, { provider: new Provider(name) });`);
    const { ok, requests } = await project.up();
    expect([ok, inOrder(requests)]).toEqual([true, ["stop", "POST", "POST", "POST", "start"]]);
    expect(stateOf(project, servers.mail)).toBe("started");
  });

  test("destroy stops it once for all that the engine deletes together, and never for two at the same time", async () => {
    const { ok, requests } = await project.destroy();
    // The engine deletes what has an explicit provider first, and only then asks for the others.
    const expected = ["stop", "DELETE", "DELETE", "start", "stop", "DELETE", "start"];
    expect([ok, inOrder(requests)]).toEqual([true, expected]);
    expect(project.account()).toEqual(before);
  });
});

describe("a replacement on the same server", () => {
  const declare = (family: string, options = "{}") =>
    `new ServerIpAddress("a", { server: "${servers.web}", family: "${family}" }, ${options});`;

  test.concurrent("never releases the old address before the new one is there, unless the program says so", async () => {
    const project = await start({ rules: { addressLimitCounts: "in-all" } });
    for (let i = 0; i < 3; i++) project.simulator.account.assignIpAddress({ server: servers.web });
    project.declare(declare("IPv4"));
    await project.up();
    const [old] = project.resources;
    project.declare(declare("IPv6"));
    const preview = await project.preview();
    expect(preview.requests).toHaveLength(2);
    const refused = await project.up();
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain("`deleteBeforeReplace: true`, which releases the old one first");
    expect(project.address(String(old?.id))?.server).toBe(servers.web);
    project.declare(declare("IPv6", "{ deleteBeforeReplace: true }"));
    const { ok, requests } = await project.up();
    expect(ok).toBe(true);
    const written = requests.filter((request) => !request.startsWith("GET"));
    expect(written).toEqual([`DELETE /1.2/ip_address/${old?.id}`, "POST /1.2/ip_address"]);
  });
});

test.concurrent("powerCycle that is set together with another family holds for the release of the old address too", async () => {
  const project = await start();
  project.simulator.account.stopServer(servers.mail);
  project.declare(`new ServerIpAddress("a", { server: "${servers.mail}" });`);
  await project.up();
  project.simulator.account.startServer(servers.mail);
  await project.stack.setConfig("upcloud:powerCycle", { value: "true" });
  project.declare(`new ServerIpAddress("a", { server: "${servers.mail}", family: "IPv6" });`);
  expect((await project.up()).ok).toBe(true);
  expect(project.simulator.account.listIpAddresses(servers.mail)).toHaveLength(4);
  expect(stateOf(project, servers.mail)).toBe("started");
});

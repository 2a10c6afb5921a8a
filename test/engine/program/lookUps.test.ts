import { type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

afterAll(endAll);

/** Credentials of the environment are none here: look-ups take them from the stack's configuration, where they are secret. */
async function startConfigured(): Promise<Project> {
  const project = await startWithLanguageHost({}, { UPCLOUD_TOKEN: "" });
  await project.stack.setConfig("upcloud:token", { value: project.simulator.credentials.token, secret: true });
  return project;
}

test("200 look-ups of a program without resources are one request, and their results plain data", async () => {
  const project = await startConfigured();
  const [planned, , six] = project.simulator.account.listIpAddresses(servers.mail);
  project.declare(`
    module.exports = async () => {
      const spelled = ["${six?.address}", "${six?.address.toUpperCase()}"];
      const found = await Promise.all(Array.from({ length: 200 }, (_, i) => getIpAddress({ address: spelled[i % 2] })));
      const ofServer = await getIpAddresses({ server: "${servers.mail}", access: "public" });
      return {
        different: [...new Set(found.map((one) => JSON.stringify(one)))].length,
        families: ofServer.map(({ family }) => family),
        planned: getIpAddressOutput({ address: "${planned?.address}" }).ptrRecord,
        all: getIpAddressesOutput().apply((list) => list.length),
      };
    };`);
  const { ok, requests } = await project.preview();
  expect([ok, requests]).toEqual([true, ["GET /1.2/ip_address"]]);
  const up = await project.up();
  expect([up.ok, up.requests, up.changes]).toEqual([true, ["GET /1.2/ip_address"], { create: 1 }]);
  expect(project.outputs).toEqual({
    different: 1,
    families: expect.arrayContaining(["IPv4", "IPv6"]),
    planned: planned?.ptrRecord,
    all: 5,
  });
});

test("a look-up of what the program is about to make waits for it, and is unknown in the preview", async () => {
  const project = await startConfigured();
  project.declare(`
    const own = new ServerIpAddress("own", { server: "${servers.web}", ptrRecord: "own.example.com" });
    exports.before = getIpAddressesOutput({ server: "${servers.web}" }).apply((list) => list.length);
    exports.record = getIpAddressOutput({ address: own.address }).ptrRecord;
    exports.after = getIpAddressesOutput({ server: own.server }, { dependsOn: own }).apply((list) => list.length);`);
  const preview = await project.preview();
  expect([preview.ok, preview.requests.filter((request) => request === "GET /1.2/ip_address").length]).toEqual([
    true,
    2,
  ]);
  expect((await project.up()).ok).toBe(true);
  expect(project.outputs).toEqual({ before: 2, record: "own.example.com", after: 3 });
});

/**
 * Pulumi takes most of a minute to end a program of which an Output fails with an ordinary error, because it inspects the
 * promise that hangs on the error. A failed look-up is to end it as quickly as an error on the first line does.
 */
test("a look-up that fails ends the program as soon as any error does, in words and without a stack", async () => {
  const project = await startConfigured();
  const timed = async (program: string) => {
    project.declare(program);
    const since = performance.now();
    const { ok, output } = await project.preview();
    return { ok, output, ms: performance.now() - since };
  };
  const ordinary = await timed('throw new Error("ordinary");');
  expect([ordinary.ok, ordinary.output]).toEqual([false, expect.stringContaining("ordinary")]);
  const absent = "getIpAddress: there is no address 203.0.113.250 in the UpCloud account: correct `address`.";
  const refused = 'getIpAddresses: family: expected "IPv4" or "IPv6", got "ipv4"';
  for (const [program, words] of [
    ['exports.found = getIpAddressOutput({ address: "203.0.113.250" }).ptrRecord;', absent],
    ['module.exports = async () => ({ found: await getIpAddress({ address: "203.0.113.250" }) });', absent],
    ['exports.found = getIpAddressesOutput({ family: "ipv4" });', refused],
    [
      'new PtrRecord("of nothing", { address: getIpAddressOutput({ address: "203.0.113.250" }).address, ptrRecord: "a.example.com" });',
      absent,
    ],
  ] as const) {
    const { ok, output, ms } = await timed(program);
    expect([ok, output]).toEqual([false, expect.stringContaining(`error: ${words}`)]);
    expect(output).not.toMatch(/^\s+at /m);
    expect(ms / ordinary.ms).toBeLessThan(4);
  }
});

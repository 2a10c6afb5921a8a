import type { Outcome, Project, StateResource } from "../support/project";
import { addresses, endAll, startWithLanguageHost } from "../support/runningServers";

/** What each operation may ask of UpCloud, and what a resource may take in the state. Times are for `npm run bench`. */
afterAll(endAll);

describe("twenty addresses on four stopped servers", () => {
  const servers = serversIn("stopped", 4);
  const did: Record<string, Record<string, number>> = {};
  let resources: StateResource[] = [];

  beforeAll(async () => {
    const project = await startWithLanguageHost({ seed: { servers } });
    const declare = (argsOf: (index: number) => object) =>
      project.declare(Array.from({ length: 20 }, (_, i) => declaration(i, argsOf(i))).join("\n"));
    const take = async (name: string, operation: () => Promise<Outcome>) => {
      did[name] = await askedBy(operation);
    };
    declare((i) => ({ ptrRecord: `mail${i}.example.com` }));
    await take("preview of creates", project.preview);
    await take("up", project.up);
    resources = project.resources;
    await take("preview of nothing", project.preview);
    await take("up of nothing", project.up);
    await take("refresh", project.refresh);
    declare((i) => ({ ptrRecord: `mx${i}.example.com` }));
    await take("preview of PTR edits", project.preview);
    await take("PTR edit of all", project.up);
    declare((i) => ({ ptrRecord: i < 3 ? `smtp${i}.example.com` : `mx${i}.example.com` }));
    await take("PTR edit of three", project.up);
    declare((i) => ({ ptrRecord: `mx${i}.example.com`, family: "IPv6" }));
    await take("preview of replacements", project.preview);
    await take("destroy", project.destroy);
  });

  const declaration = (index: number, args: object) =>
    `new ServerIpAddress("a${index}", ${JSON.stringify({ server: servers[Math.floor(index / 5)]?.uuid, ...args })});`;

  test.each([
    ["preview of creates", { "GET /ip_address": 1, "GET /server": 1 }],
    ["up", { "GET /ip_address": 1, "POST /ip_address": 20, "PUT /ip_address/*": 20 }],
    ["preview of nothing", {}],
    ["up of nothing", {}],
    ["refresh", { "GET /ip_address": 1 }],
    ["preview of PTR edits", {}],
    ["PTR edit of all", { "PUT /ip_address/*": 20 }],
    ["PTR edit of three", { "PUT /ip_address/*": 3 }],
    ["preview of replacements", { "GET /ip_address": 1, "GET /server": 1 }],
    ["destroy", { "GET /ip_address": 1, "DELETE /ip_address/*": 20 }],
  ])("%s asks %j, and nothing else", (name, expected) => {
    expect(did[name]).toEqual(expected);
  });

  test("the state holds what names the lifecycle, the inputs and what UpCloud says, and nothing that follows from it", () => {
    expect(resources).toHaveLength(20);
    for (const { inputs, outputs } of resources) {
      const declared = ["__provider", "access", "family", "ptrRecord", "server"];
      expect(Object.keys(inputs).sort()).toEqual(["__creation", ...declared]);
      const served = ["defaultPtrRecord", "managesPtrRecord", "partOfPlan"];
      expect(Object.keys(outputs).sort()).toEqual([...declared, ...served].sort());
    }
  });

  test("the state names the line of the program that declares each, and its column", () => {
    const positions = new Map(resources.map(({ urn, sourcePosition }) => [urn.split("::").at(-1), sourcePosition]));
    const lines = Array.from({ length: 20 }, (_, i) => {
      const [, line] = /^project:\/\/\/index\.js#(\d+),1$/.exec(positions.get(`a${i}`) ?? "") ?? [];
      return Number(line) - i;
    });
    expect(lines[0]).toBeGreaterThan(1);
    expect(new Set(lines)).toEqual(new Set([lines[0]]));
  });

  test("the properties in the state take their values, the two names of the lifecycle and 250 bytes", () => {
    for (const { inputs, outputs } of resources) {
      const { __provider, server, ptrRecord, defaultPtrRecord } = outputs as Record<string, string>;
      expect(bytesOf(__provider)).toBeLessThanOrEqual(120);
      const twice = [__provider, server, ptrRecord].map(bytesOf).reduce((sum, bytes) => sum + bytes);
      expect(bytesOf(inputs) + bytesOf(outputs)).toBeLessThanOrEqual(2 * twice + bytesOf(defaultPtrRecord) + 250);
    }
  });
});

test("one address is read and released by itself: refresh asks once, destroy looks once", async () => {
  const servers = serversIn("stopped", 1);
  const project = await startWithLanguageHost({ seed: { servers } });
  project.declare(addresses(String(servers[0]?.uuid), 1, ""));
  expect(await askedBy(project.up)).toEqual({ "GET /ip_address": 1, "POST /ip_address": 1 });
  expect(await askedBy(project.refresh)).toEqual({ "GET /ip_address/*": 1 });
  expect(await askedBy(project.destroy)).toEqual({ "GET /ip_address/*": 1, "DELETE /ip_address/*": 1 });
});

test("five addresses on a running server ask for one stop, one start and looks at the server beside their own", async () => {
  const servers = serversIn("started", 1);
  const project = await startWithLanguageHost({ seed: { servers } });
  project.declare(addresses(String(servers[0]?.uuid), 5));
  const looks = expect.any(Number);
  const cycle = { "GET /server/*": looks, "POST /server/*/stop": 1, "POST /server/*/start": 1 };
  expect(await askedBy(project.up)).toEqual({ ...cycle, "GET /ip_address": 1, "POST /ip_address": 5 });
  expect(await askedBy(project.destroy)).toEqual({ ...cycle, "GET /ip_address": 1, "DELETE /ip_address/*": 5 });
});

/** With room for five addresses of each family. */
function serversIn(state: "started" | "stopped", count: number) {
  return Array.from({ length: count }, (_, i) => ({
    uuid: `00000000-0000-4000-8000-00000000000${i}`,
    zone: "de-fra1",
    state,
    ipAddresses: [{ access: "private" as const }],
  }));
}

/** How often each verb was asked for, whichever the address, the server and the version of the API. */
async function askedBy(operation: Project["preview"]): Promise<Record<string, number>> {
  const { ok, output, requests } = await operation();
  if (!ok) throw new Error(output);
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const verb = request.replace(/\/1\.\d/, "").replace(/\/(ip_address|server)\/[^/]+/, "/$1/*");
    counts[verb] = (counts[verb] ?? 0) + 1;
  }
  return counts;
}

const bytesOf = (value: unknown) => Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));

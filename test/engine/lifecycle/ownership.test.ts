import { absent } from "../../support/demoServers";
import { type Outcome, type Project, type StateResource, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

/** An address has one owner: what nobody else may release, and what is taken over on evidence only. */

const writesOnly = (requests: readonly string[]) => requests.filter((request) => !request.startsWith("GET"));
const releasesIn = (requests: readonly string[]) => requests.filter((request) => request.startsWith("DELETE"));
const resource = (name: string, args = "", options = "", server: string = servers.web) =>
  `new ServerIpAddress("${name}", { server: "${server}", ${args} }, { ${options} });\n`;
const nameIn = (urn: string) => urn.split("::").at(-1) as string;
const idsOf = (project: Project) => new Map(project.resources.map(({ urn, id }) => [nameIn(urn), id as string]));
const idOf = (project: Project, name: string) => idsOf(project).get(name) as string;
const failing = `new ServerIpAddress("failing", { server: "${absent}" });\n`;

test("a stack under the former name of another one takes nothing over, and its destroy releases its own address only", async () => {
  const project = await start();
  project.declare(resource("mail"));
  await project.up();
  const first = idOf(project, "mail");
  await project.stack.rename({ stackName: "old" });
  await project.beginStack("test");
  const up = await project.up();
  expect([up.ok, writesOnly(up.requests)]).toEqual([true, ["POST /1.2/ip_address"]]);
  expect(up.output).toContain(`${first} was assigned to server ${servers.web} for this resource at `);
  expect(up.output).toContain("pulumi-upcloud-ip audit");
  const second = idOf(project, "mail");
  expect(second).not.toBe(first);
  expect((await project.destroy()).ok).toBe(true);
  expect([project.address(first)?.server, project.address(second)]).toEqual([servers.web, undefined]);
});

describe("resources that each are on a server of their own in one stack", () => {
  const uuids = Array.from({ length: 5 }, (_, i) => `00000000-0000-4000-8000-00000000000${i}`);
  const seed = { servers: uuids.map((uuid) => ({ uuid, state: "stopped" as const, ipAddresses: [{}] })) };
  const on = (server: number, name: string, args = "", options = "") => resource(name, args, options, uuids[server]);
  /** UpCloud assigns a released address again to the next one of its family. */
  const six = 'family: "IPv6"';
  let project: Project;
  let before: ReturnType<Project["account"]>;
  let address: Record<"a" | "c" | "replaced" | "moving" | "named", string>;
  let second: Outcome;
  let ids: Map<string, string>;

  beforeAll(async () => {
    project = await start({ seed });
    const { account } = project.simulator;
    const named = account.listIpAddresses(uuids[4])[0]?.address as string;
    before = project.account();
    const replaced = account.assignIpAddress({ server: uuids[2] as string }).address;
    const provider = `const provider = new Provider("second");\n`;
    const replacing = on(2, "replaced", `adopt: "${replaced}"`, "deleteBeforeReplace: true");
    const record = (name: string, options: string) =>
      `new PtrRecord("${name}", { address: "${named}", ptrRecord: "mail.example.com" }, { ${options} });`;
    project.declare(on(0, "a") + on(1, "c", six) + replacing + on(3, "moving") + record("named", ""));
    expect((await project.up()).ok).toBe(true);
    const first = idsOf(project);
    const [a, c, moving] = ["a", "c", "moving"].map((name) => first.get(name) as string) as [string, string, string];
    address = { a, c, replaced, moving, named };

    for (const released of [a, c]) account.releaseIpAddress(released);
    const moved = on(3, "moved", `adopt: "${moving}"`, "provider");
    const others = provider + on(1, "c", six) + on(1, "d", six) + replacing + moved + record("renamed", "provider");
    project.declare(on(0, "a") + on(0, "b") + others);
    const replace = project.resources.filter(({ urn }) => urn.endsWith("::replaced")).map(({ urn }) => urn);
    second = await project.up({ replace });
    ids = idsOf(project);
    await project.refresh();
    project.declare(on(0, "b") + others);
  });

  test("an up assigns what is new only", () => {
    expect([second.ok, second.ok ? "" : second.output]).toEqual([true, ""]);
    expect(writesOnly(second.requests)).toEqual(["POST /1.2/ip_address", "POST /1.2/ip_address"]);
  });

  test("an address that UpCloud has assigned again to another resource is said to be so", () => {
    expect([ids.get("b"), ids.get("d")]).toEqual([address.a, address.c]);
    for (const again of [address.a, address.c]) {
      expect(second.output).toContain(`${again}: UpCloud has assigned it again`);
    }
  });

  test("an adopted address that is replaced with deleteBeforeReplace is adopted again", () => {
    expect(ids.get("replaced")).toBe(address.replaced);
  });

  test("a resource that is renamed, and moves to an explicit provider, keeps its address or its PTR record", () => {
    expect([ids.get("moved"), project.address(address.moving)?.server]).toEqual([address.moving, uuids[3]]);
    expect([ids.get("renamed"), project.address(address.named)?.ptrRecord]).toEqual([
      address.named,
      "mail.example.com",
    ]);
  });

  test("an address that was assigned again to another resource is not released by the one that lost it", async () => {
    const { ok, output, requests } = await project.up();
    expect([ok, releasesIn(requests), project.address(address.a)?.server]).toEqual([true, [], uuids[0]]);
    expect(output).toContain(`${address.a}: not released, because it belongs to b in the stack's state.`);
  });

  test("a destroy releases an address of two resources once, and restores the previous PTR record", async () => {
    const { ok, requests } = await project.destroy();
    const released = [address.a, address.c, address.replaced, address.moving];
    expect([ok, releasesIn(requests).sort()]).toEqual([
      true,
      released.map((one) => `DELETE /1.2/ip_address/${one}`).sort(),
    ]);
    expect(project.account()).toEqual(before);
  });
});

describe("a rename with adopt that takes more than one operation", () => {
  let project: Project;
  let address: string;
  beforeAll(async () => {
    project = await start();
    project.declare(resource("one"));
    await project.up();
    address = idOf(project, "one");
    project.declare(resource("two", `adopt: "${address}"`) + failing);
    expect((await project.up()).ok).toBe(false);
    const ids = idsOf(project);
    expect([ids.get("one"), ids.get("two")]).toEqual([address, address]);
  });
  const urnOf = (name: string) => project.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.urn as string;

  test("keeps the address when the old resource is destroyed alone", async () => {
    const { ok, requests } = await project.destroy({ target: [urnOf("one")] });
    expect([ok, releasesIn(requests), project.address(address)?.server]).toEqual([true, [], servers.web]);
  });

  test("keeps the address when the rename is completed without adopt", async () => {
    project.declare(resource("one", `adopt: "${address}"`) + resource("two"));
    await project.up();
    project.declare(resource("two"));
    const { ok, requests } = await project.up();
    expect([ok, releasesIn(requests), project.address(address)?.server]).toEqual([true, [], servers.web]);
  });
});

describe("the state is found", () => {
  /** Two resources with one address, of which one is taken out: only the state tells that the other one has it. */
  async function keepsTheAddress(project: Project): Promise<void> {
    project.declare(resource("one"));
    expect((await project.up()).output).not.toContain("error");
    const state = await project.stack.exportStack();
    const { resources } = state.deployment as { resources: StateResource[] };
    const [one] = resources.filter(({ urn }) => nameIn(urn) === "one") as [StateResource];
    resources.push({ ...one, urn: one.urn.replace(/one$/, "two") });
    await project.stack.importStack(state);
    const { ok, output } = await project.destroy({ target: [one.urn] });
    expect([ok, project.address(one.id as string)?.server]).toEqual([true, servers.web]);
    expect(output).toContain("not released, because it belongs to two");
  }

  const relative = { PULUMI_BACKEND_URL: "file://./state" };
  test.concurrent.each([
    ["a backend that is relative to the project's folder", relative, {}],
    [
      "such a backend, with the program in a folder of its own",
      relative,
      { programFolder: "src", yaml: "main: src\n" },
    ],
    [
      "a backend that Pulumi.yaml names, in a folder beside the program's",
      { PULUMI_BACKEND_URL: "" },
      {
        projectFolder: "deploy",
        programFolder: "src",
        yaml: "main: ../src\nbackend:\n  url: file://../state\n",
      },
    ],
    [
      "a backend of the legacy layout",
      { PULUMI_DIY_BACKEND_LEGACY_LAYOUT: "true", PULUMI_DIY_BACKEND_IGNORE_DEPRECATION_ERROR: "1" },
      {},
    ],
  ])("in %s", async (_, env, layout) => {
    await keepsTheAddress(await start({}, env as Record<string, string>, layout));
  });
});

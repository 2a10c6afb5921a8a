import { absent } from "../../support/demoServers";
import { type Project, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

/** An address has one owner: what nobody else may release, and what is taken over on evidence only. */

const writesOnly = (requests: readonly string[]) => requests.filter((request) => !request.startsWith("GET"));
const releasesIn = (requests: readonly string[]) => requests.filter((request) => request.startsWith("DELETE"));
const resource = (name: string, args = "", options = "") =>
  `new ServerIpAddress("${name}", { server: "${servers.web}", ${args} }, { ${options} });\n`;
const idOf = async (project: Project, name: string) =>
  (await project.resources()).find(({ urn }) => urn.endsWith(`::${name}`))?.id as string;
const failing = `new ServerIpAddress("failing", { server: "${absent}" });\n`;

test("a stack under the former name of another one takes nothing over, and its destroy releases its own address only", async () => {
  const project = await start();
  project.declare(resource("mail"));
  await project.up();
  const first = await idOf(project, "mail");
  await project.stack.rename({ stackName: "old" });
  await project.beginStack("test");
  const up = await project.up();
  expect([up.ok, writesOnly(up.requests)]).toEqual([true, ["POST /1.2/ip_address"]]);
  expect(up.output).toContain(`${first} was assigned to server ${servers.web} for this resource at `);
  expect(up.output).toContain("pulumi-upcloud-ip audit");
  const second = await idOf(project, "mail");
  expect(second).not.toBe(first);
  expect((await project.destroy()).ok).toBe(true);
  expect([project.address(first)?.server, project.address(second)]).toEqual([servers.web, undefined]);
});

test("an address that was assigned again to another resource is not released by the one that lost it", async () => {
  const project = await start();
  project.declare(resource("a"));
  await project.up();
  const address = await idOf(project, "a");
  project.simulator.account.releaseIpAddress(address);
  project.declare(resource("a") + resource("b"));
  const up = await project.up();
  expect([up.ok, await idOf(project, "b")]).toEqual([true, address]);
  expect(up.output).toContain(`${address}: UpCloud has assigned it again`);
  await project.refresh();
  project.declare(resource("b"));
  const without = await project.up();
  expect([without.ok, releasesIn(without.requests), project.address(address)?.server]).toEqual([true, [], servers.web]);
  expect(without.output).toContain(`${address}: not released, because it belongs to b in the stack's state.`);
  expect((await project.destroy()).ok).toBe(true);
  expect(project.address(address)).toBeUndefined();
});

test("a destroy releases an address of two resources once", async () => {
  const project = await start();
  const before = project.account();
  project.declare(resource("a"));
  await project.up();
  project.simulator.account.releaseIpAddress(await idOf(project, "a"));
  project.declare(resource("a") + resource("b"));
  await project.up();
  expect((await project.destroy()).ok).toBe(true);
  expect(project.account()).toEqual(before);
});

describe("a rename with adopt that takes more than one operation", () => {
  let project: Project;
  let address: string;
  beforeAll(async () => {
    project = await start();
    project.declare(resource("one"));
    await project.up();
    address = await idOf(project, "one");
    project.declare(resource("two", `adopt: "${address}"`) + failing);
    expect((await project.up()).ok).toBe(false);
    expect([await idOf(project, "one"), await idOf(project, "two")]).toEqual([address, address]);
  });
  const urnOf = async (name: string) =>
    (await project.resources()).find(({ urn }) => urn.endsWith(`::${name}`))?.urn as string;

  test("keeps the address when the old resource is destroyed alone", async () => {
    const { ok, requests } = await project.destroy({ target: [await urnOf("one")] });
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

test("an adopted address that is replaced with deleteBeforeReplace is adopted again", async () => {
  const project = await start();
  const { address } = project.simulator.account.assignIpAddress({ server: servers.web });
  project.declare(resource("a", `adopt: "${address}"`, "deleteBeforeReplace: true"));
  await project.up();
  const [{ urn } = { urn: "" }] = await project.resources();
  const { ok, requests } = await project.up({ replace: [urn] });
  expect([ok, writesOnly(requests), await idOf(project, "a")]).toEqual([true, [], address]);
});

describe("a resource that is renamed, and moves to an explicit provider, which is a process of its own", () => {
  const declaration = `
    const provider = new Provider("second");`;

  test("keeps its address", async () => {
    const project = await start();
    project.declare(resource("one"));
    await project.up();
    const address = await idOf(project, "one");
    project.declare(declaration + resource("two", `adopt: "${address}"`, "provider"));
    const { ok, requests } = await project.up();
    expect([ok, writesOnly(requests), project.address(address)?.server]).toEqual([true, [], servers.web]);
  });

  test("keeps its PTR record, and destroy restores the previous one", async () => {
    const project = await start();
    const { address } = project.simulator.account.assignIpAddress({ server: servers.web });
    const before = project.account();
    const record = (name: string, options: string) =>
      `new PtrRecord("${name}", { address: "${address}", ptrRecord: "mail.example.com" }, { ${options} });`;
    project.declare(record("mail", ""));
    await project.up();
    project.declare(declaration + record("renamed", "provider"));
    const { ok, requests } = await project.up();
    expect([ok, writesOnly(requests), project.address(address)?.ptrRecord]).toEqual([true, [], "mail.example.com"]);
    expect((await project.destroy()).ok).toBe(true);
    expect(project.account()).toEqual(before);
  });
});

describe("the state is found", () => {
  /** Two resources with one address, of which one is taken out: only the state tells that the other one has it. */
  async function keepsTheAddress(project: Project): Promise<void> {
    project.declare(resource("one"));
    expect((await project.up()).output).not.toContain("error");
    const address = await idOf(project, "one");
    project.simulator.account.releaseIpAddress(address);
    project.declare(resource("one") + resource("two"));
    await project.up();
    const { ok, output } = await project.destroy({
      target: [(await project.resources()).find(({ urn }) => urn.endsWith("::one"))?.urn as string],
    });
    expect([ok, project.address(address)?.server]).toEqual([true, servers.web]);
    expect(output).toContain("not released, because it belongs to two");
  }

  const relative = { PULUMI_BACKEND_URL: "file://./state" };
  test.each([
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

import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

const writesOnly = (requests: readonly string[]) => requests.filter((request) => !request.startsWith("GET"));

test("`get` reads an address in any spelling, manages nothing, and reports an address that does not exist", async () => {
  const project = await start();
  const { address } = project.simulator.account.assignIpAddress({ server: servers.web, family: "IPv6" });
  const before = project.account();
  project.declare(`
    const found = ServerIpAddress.get("found", "${address.toUpperCase()}");
    exports.found = pulumi.all([found.address, found.server, found.family, found.access, found.ptrRecord, found.partOfPlan]);`);
  const { ok, requests } = await project.up();
  expect([ok, requests]).toEqual([true, ["GET /1.2/ip_address"]]);
  expect(project.outputs).toEqual({
    found: [address, servers.web, "IPv6", "public", project.address(address)?.ptrRecord, false],
  });
  expect((await project.destroy()).ok).toBe(true);
  expect(project.account()).toEqual(before);

  project.declare('ServerIpAddress.get("absent", "203.0.113.250");');
  const absent = await project.up();
  expect([absent.ok, absent.output]).toEqual([
    false,
    expect.stringContaining("There is no address 203.0.113.250 in the UpCloud account"),
  ]);
});

test("an adopted address is taken over without an assign, handed over on a rename, and released by destroy", async () => {
  const project = await start();
  const { address } = project.simulator.account.assignIpAddress({ server: servers.web });
  const declare = (name: string, more = "") =>
    project.declare(`new ServerIpAddress("${name}", { server: "${servers.web}", adopt: "${address}", ${more} });`);

  declare("mail", 'ptrRecord: "mail.example.com"');
  const adopted = await project.up();
  expect([adopted.ok, writesOnly(adopted.requests)]).toEqual([true, [`PUT /1.2/ip_address/${address}`]]);
  const again = await project.up();
  expect([again.changes, again.requests]).toEqual([{ same: 2 }, []]);

  declare("renamed", 'ptrRecord: "mail.example.com"');
  const renamed = await project.up();
  expect([renamed.ok, writesOnly(renamed.requests)]).toEqual([true, []]);
  expect(project.address(address)).toMatchObject({ server: servers.web, ptrRecord: "mail.example.com" });
  expect(project.resources.map(({ id }) => id)).toEqual([address]);

  project.declare(`new ServerIpAddress("renamed", { server: "${servers.web}", ptrRecord: "mail.example.com" });`);
  expect((await project.up()).requests).toEqual([]);
  expect((await project.destroy()).ok).toBe(true);
  expect(project.address(address)).toBeUndefined();
});

test("another access replaces the address", async () => {
  const seed = { servers: [{ uuid: servers.web, title: "web", state: "stopped" as const, ipAddresses: [{}] }] };
  const project = await start({ seed });
  project.declare(`new ServerIpAddress("a", { server: "${servers.web}" });`);
  await project.up();
  const [old] = project.resources;
  project.declare(`new ServerIpAddress("a", { server: "${servers.web}", access: "private" });`);
  const { ok, changes } = await project.up();
  expect([ok, changes.replace]).toEqual([true, 1]);
  const [replaced] = project.resources;
  expect(project.address(replaced?.id as string)).toMatchObject({ server: servers.web, access: "private" });
  expect(project.address(old?.id as string)).toBeUndefined();

  const destroyed = await project.destroy();
  expect([destroyed.ok, destroyed.output]).toEqual([false, expect.stringContaining("`retainOnDelete: true`")]);
});

test("API 1.3 serves the whole life of an address", async () => {
  const project = await start({ rules: { modifyMethods: "documented" } }, { UPCLOUD_API_VERSION: "1.3" });
  const before = project.account();
  const declare = (ptrRecord: string) =>
    project.declare(`
      const mail = new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "${ptrRecord}" });
      exports.mail = pulumi.all([mail.address, mail.zone, mail.mac]);`);
  declare("mail.example.com");
  const created = await project.up();
  const [address, zone, mac] = project.outputs.mail as string[];
  expect(created.requests).toEqual(["GET /1.3/ip_address", "POST /1.3/ip_address", `PATCH /1.3/ip_address/${address}`]);
  expect([zone, mac]).toEqual(["de-fra1", expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)]);
  declare("mx.example.com");
  expect((await project.up()).requests).toEqual([`PATCH /1.3/ip_address/${address}`]);
  expect((await project.refresh()).changes).toEqual({ same: 2 });
  expect((await project.destroy()).requests).toEqual([
    `GET /1.3/ip_address/${address}`,
    `DELETE /1.3/ip_address/${address}`,
  ]);
  expect(project.account()).toEqual(before);
});

test("a preview warns of what create would refuse and of a server's main address, from one list", async () => {
  const project = await start();
  const planned = project.simulator.account.listIpAddresses(servers.web).find(({ partOfPlan }) => partOfPlan);
  project.declare(`
    new ServerIpAddress("main", { server: "${servers.web}", adopt: "${planned?.address}" });
    new PtrRecord("absent", { address: "203.0.113.250", ptrRecord: "mail.example.com" });
    new PtrRecord("present", { address: "${planned?.address}", ptrRecord: "mail.example.com" });`);
  const { ok, output, requests } = await project.preview();
  expect([ok, requests]).toEqual([true, ["GET /1.2/ip_address"]]);
  expect(output).toContain(`warning: the address to adopt, ${planned?.address}, is part of the plan of`);
  expect(output).toContain("warning: there is no address 203.0.113.250 in the UpCloud account: correct the `address`");
  expect(output.split("Diagnostics:")[1]?.match(/warning: /g)).toHaveLength(2);
});

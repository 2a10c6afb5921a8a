import { startSimulator } from "pulumi-upcloud-ip/simulator";
import { Project, servers } from "../support/project";

/** One stack through its whole life, on a server that runs; each test goes on where the one before ended. */
describe("the PTR record of an address that something else manages", () => {
  let project: Project;
  let before: unknown;
  /** In the plan of the mail server. */
  let planned: string;
  let six: string;
  const ofUpCloud = () => `${planned.replaceAll(".", "-")}.fi-hel1.upcloud.host`;

  beforeAll(async () => {
    project = await Project.create(await startSimulator());
    before = project.account();
    const addresses = project.simulator.account.listIpAddresses(servers.mail);
    planned = addresses.find(({ partOfPlan }) => partOfPlan)?.address as string;
    six = addresses.find(({ family }) => family === "IPv6")?.address as string;
  });
  afterAll(() => project.end());

  const declare = (ptrRecord: string, { name = "mail", address = planned, more = "" } = {}) =>
    project.declare(`
      const mail = new PtrRecord("${name}", { address: "${address}", ptrRecord: "${ptrRecord}" });
      exports.mail = pulumi.all([mail.id, mail.address, mail.ptrRecord, mail.previousPtrRecord]);
      ${more}`);
  const recordIn = (address = planned) => project.address(address)?.ptrRecord;

  test("a first preview refuses a record that the program declares twice", async () => {
    project.declare(`
      const own = new ServerIpAddress("own", { server: "${servers.web}", ptrRecord: "own.example.com" });
      new PtrRecord("shared", { address: own.address, ptrRecord: "shared.example.com" });`);
    const shared = await project.preview();
    expect(shared.ok).toBe(false);
    expect(shared.output).toContain(
      'has a problem: expected an address whose PTR record nothing else in the program declares, got that of the ServerIpAddress "own", which has a ptrRecord: remove one of them',
    );
    project.declare(`
      new PtrRecord("one", { address: "${six}", ptrRecord: "one.example.com" });
      new PtrRecord("two", { address: "${six.toUpperCase()}", ptrRecord: "two.example.com" });`);
    const twice = await project.preview();
    expect(twice.ok).toBe(false);
    expect(twice.output).toMatch(/whose record the PtrRecord "(one|two)" declares: remove one of them/);
    expect(shared.output + twice.output).not.toMatch(/^\s+at /m);
    expect(project.account()).toEqual(before);
  });

  test("up sets it with a look and a write, and the server goes on running", async () => {
    declare("Mail.Example.com.");
    const { ok, requests } = await project.up();
    expect([ok, requests]).toEqual([true, [`GET /1.2/ip_address/${planned}`, `PUT /1.2/ip_address/${planned}`]]);
    expect(project.outputs).toEqual({ mail: [planned, planned, "mail.example.com", ofUpCloud()] });
    expect(recordIn()).toBe("mail.example.com");
    const again = await project.up();
    expect([again.changes, again.requests]).toEqual([{ same: 2 }, []]);
  });

  test("an edit with 20 dependants of the address previews as one update, and is one PUT", async () => {
    const more = `
      class Echo extends pulumi.dynamic.Resource {
        constructor(name, props) {
          super({ create: async (inputs) => ({ id: inputs.value, outs: inputs }) }, name, props);
        }
      }
      for (let i = 0; i < 20; i++) new Echo("echo" + i, { value: mail.address });`;
    declare("mail.example.com", { more });
    await project.up();
    declare("mx.example.com", { more });
    expect((await project.preview()).changes).toEqual({ update: 1, same: 21 });
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ update: 1, same: 21 }, [`PUT /1.2/ip_address/${planned}`]]);
    expect(recordIn()).toBe("mx.example.com");
  });

  test("another name of the resource leaves the record, and remembers UpCloud's", async () => {
    declare("mx.example.com", { name: "renamed" });
    const { ok, requests } = await project.up();
    expect([ok, requests]).toEqual([true, [`GET /1.2/ip_address/${planned}`]]);
    expect(recordIn()).toBe("mx.example.com");
    expect(project.outputs).toEqual({ mail: [planned, planned, "mx.example.com", ofUpCloud()] });
    expect(project.resources).toHaveLength(1);
  });

  test("a record changed outside is shown by refresh and put right by up", async () => {
    project.simulator.account.modifyIpAddress(planned, { ptrRecord: "drift.example.org" });
    expect((await project.refresh()).changes).toMatchObject({ update: 1 });
    const { changes, requests } = await project.up();
    expect(changes).toEqual({ update: 1, same: 1 });
    expect(requests).toEqual([`GET /1.2/ip_address/${planned}`, `PUT /1.2/ip_address/${planned}`]);
    expect([recordIn(), (await project.refresh()).changes]).toEqual(["mx.example.com", { same: 2 }]);
  });

  test("another address gets the record, and the old one has UpCloud's again", async () => {
    declare("mx.example.com", { name: "renamed", address: six.toUpperCase() });
    const { ok, changes } = await project.up();
    expect([ok, changes.replace]).toEqual([true, 1]);
    expect([recordIn(six), recordIn()]).toEqual(["mx.example.com", ofUpCloud()]);
    declare("mx.example.com", { name: "renamed", address: new URL(`http://[${six}]`).hostname.slice(1, -1) });
    const spelled = await project.up();
    expect([spelled.changes, spelled.requests]).toEqual([{ same: 2 }, []]);
  });

  test("`get` reads a record and manages nothing", async () => {
    declare("mx.example.com", {
      name: "renamed",
      address: six,
      more: `
        const found = PtrRecord.get("found", "${planned}");
        exports.found = pulumi.all([found.address, found.ptrRecord, found.previousPtrRecord]);`,
    });
    const { ok, requests } = await project.up();
    expect([ok, requests]).toEqual([true, [`GET /1.2/ip_address/${planned}`]]);
    expect(project.outputs.found).toEqual([planned, ofUpCloud(), null]);
    project.declare('PtrRecord.get("absent", "203.0.113.250");');
    const absent = await project.preview();
    expect([absent.ok, absent.output]).toEqual([
      false,
      expect.stringContaining("There is no address 203.0.113.250 in the UpCloud account"),
    ]);
  });

  test("the address of a ServerIpAddress has its record set elsewhere, until that declares one itself", async () => {
    const own = (args: string) => `
      const own = new ServerIpAddress("own", { server: "${servers.web}"${args} });
      new PtrRecord("of own", { address: own.address, ptrRecord: "own.example.com" });`;
    declare("mx.example.com", { name: "renamed", address: six, more: own("") });
    expect((await project.up()).ok).toBe(true);
    const [added] = project.simulator.account.listIpAddresses(servers.web).slice(-1);
    expect(added?.ptrRecord).toBe("own.example.com");
    declare("mx.example.com", { name: "renamed", address: six, more: own(', ptrRecord: "mine.example.com"') });
    const { ok, output } = await project.preview();
    expect([ok, output]).toEqual([false, expect.stringContaining("which has a ptrRecord: remove one of them")]);
    const given = `new PtrRecord("of own", { address: "${added?.address}", ptrRecord: "own.example.com" });`;
    project.declare(`
      new ServerIpAddress("own", { server: "${servers.web}", ptrRecord: "mine.example.com" });
      ${given}`);
    const known = await project.preview();
    expect([known.ok, known.output]).toEqual([false, expect.stringContaining(`${added?.address}`)]);
    expect(known.output).toContain("remove one of them");
  });

  test("destroy puts UpCloud's records back, and the account is as it was", async () => {
    expect((await project.destroy()).ok).toBe(true);
    expect(project.account()).toEqual(before);
  });
});

import { startSimulator } from "pulumi-upcloud-ip/simulator";
import { Project, servers } from "../support/project";

/** One stack through its whole life; each test goes on where the one before ended. */
describe("an address and its PTR record on a stopped server", () => {
  let project: Project;
  let before: unknown;
  let mail: string;

  beforeAll(async () => {
    project = await Project.create(await startSimulator());
    before = project.account();
  });
  afterAll(() => project.end());

  const declared = (mailArgs: string, more = "") => `
    const mail = new ServerIpAddress("mail", { server: "${servers.web}", ${mailArgs} });
    exports.mail = pulumi.all([mail.id, mail.address, mail.ptrRecord, mail.defaultPtrRecord, mail.partOfPlan])
      .apply(([id, address, ptrRecord, defaultPtrRecord, partOfPlan]) => ({ id, address, ptrRecord, defaultPtrRecord, partOfPlan }));
    ${more}`;

  test("a preview refuses bad input by property, value and expectation, and asks UpCloud nothing", async () => {
    project.declare(`
      new ServerIpAddress("a", { server: "web", family: "IPv5", ptrRecord: "mail", colour: "red" });
    `);
    const { ok, output, requests } = await project.preview();
    expect(ok).toBe(false);
    expect(requests).toEqual([]);
    expect(output).toContain('expected the UUID of a server, such as 009d64ef-31d1-4684-a26b-c86c955cbf46, got "web"');
    expect(output).toContain('expected "IPv4" or "IPv6", got "IPv5"');
    expect(output).toContain('expected a fully qualified domain name such as mail.example.com, got "mail"');
    expect(output).toContain('got the property "colour": remove it');
    for (const property of ["server", "family", "ptrRecord", "colour"]) {
      expect(output).toMatch(new RegExp(`property ${property}\\b`));
    }
    expect(output).not.toMatch(/^\s+at /m);
  });

  test("a preview of two new addresses plans two creates", async () => {
    project.declare(
      declared(
        'ptrRecord: "Mail.Example.com."',
        `new ServerIpAddress("six", { server: "${servers.web}", family: "IPv6" });`,
      ),
    );
    const { ok, changes } = await project.preview();
    expect([ok, changes.create]).toEqual([true, 3]);
    expect(project.account()).toEqual(before);
  });

  test("up lists once, assigns each with one POST and sets the PTR record with one PUT", async () => {
    const { ok, changes, requests } = await project.up();
    expect([ok, changes.create]).toEqual([true, 3]);
    const outputs = project.outputs.mail as Record<string, string>;
    mail = outputs.address as string;
    expect([...requests].sort()).toEqual([
      "GET /1.2/ip_address",
      "POST /1.2/ip_address",
      "POST /1.2/ip_address",
      `PUT /1.2/ip_address/${mail}`,
    ]);
    expect(outputs).toEqual({
      id: mail,
      address: mail,
      ptrRecord: "mail.example.com",
      defaultPtrRecord: `${mail.replaceAll(".", "-")}.de-fra1.upcloud.host`,
      partOfPlan: false,
    });
    expect(project.address(mail)).toMatchObject({ server: servers.web, ptrRecord: "mail.example.com" });
  });

  test("the state names the lifecycle in at most 120 bytes, the same in every resource, without path or version", async () => {
    const resources = project.resources;
    const texts = new Set(resources.flatMap(({ inputs, outputs }) => [inputs.__provider, outputs.__provider]));
    expect(resources).toHaveLength(2);
    expect([...texts]).toEqual(['exports.handler = () => require("pulumi-upcloud-ip/provider").serverIpAddress;']);
    expect(Buffer.byteLength([...texts][0] as string)).toBeLessThanOrEqual(120);
  });

  test("the state holds each property once, and neither the address nor a credential", async () => {
    const resources = project.resources;
    expect(resources.flatMap(({ inputs, outputs }) => Object.keys({ ...inputs, ...outputs }))).not.toContain(
      "__program",
    );
    const [six] = resources.filter(({ urn }) => urn.endsWith("::six"));
    expect(Object.keys(six?.outputs ?? {}).sort()).toEqual([
      "__provider",
      "access",
      "defaultPtrRecord",
      "family",
      "partOfPlan",
      "ptrRecord",
      "server",
    ]);
    expect(project.writtenFiles()).not.toContain(project.simulator.credentials.token);
  });

  test("a preview without a change sends no request", async () => {
    const { ok, changes, requests } = await project.preview();
    expect([ok, changes, requests]).toEqual([true, { same: 3 }, []]);
  });

  test("the same values in another spelling are no change", async () => {
    project.declare(
      declared(
        'ptrRecord: "MAIL.example.com", access: "public", family: "IPv4"',
        `new ServerIpAddress("six", { server: "${servers.web.toUpperCase()}", family: "IPv6" });`,
      ),
    );
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ same: 3 }, []]);
  });

  test("another PTR record with 20 dependants of the address previews as one update, and is one PUT", async () => {
    const dependants = `
      class Echo extends pulumi.dynamic.Resource {
        constructor(name, props) {
          super({ create: async (inputs) => ({ id: inputs.value, outs: inputs }) }, name, props);
        }
      }
      for (let i = 0; i < 20; i++) new Echo("echo" + i, { value: mail.address });`;
    project.declare(declared('ptrRecord: "mail.example.com"', dependants));
    await project.up();
    project.declare(declared('ptrRecord: "mx.example.com"', dependants));
    expect((await project.preview()).changes).toEqual({ update: 1, same: 21 });
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ update: 1, same: 21 }, [`PUT /1.2/ip_address/${mail}`]]);
    expect(project.address(mail)?.ptrRecord).toBe("mx.example.com");
  });

  test("a PTR record changed outside is shown by refresh and put right by up", async () => {
    project.declare(declared('ptrRecord: "mx.example.com"'));
    await project.up();
    project.simulator.account.modifyIpAddress(mail, { ptrRecord: "drift.example.org" });
    const refreshed = await project.refresh();
    expect(refreshed.requests).toEqual([`GET /1.2/ip_address/${mail}`]);
    expect(refreshed.changes).toMatchObject({ update: 1 });
    const [resource] = project.resources.filter(({ urn }) => urn.endsWith("::mail"));
    expect([resource?.inputs.ptrRecord, resource?.outputs.ptrRecord]).toEqual([
      "drift.example.org",
      "drift.example.org",
    ]);
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ update: 1, same: 1 }, [`PUT /1.2/ip_address/${mail}`]]);
    expect(project.address(mail)?.ptrRecord).toBe("mx.example.com");
  });

  test("a refresh without drift changes nothing", async () => {
    expect((await project.refresh()).changes).toEqual({ same: 2 });
    expect((await project.preview()).changes).toEqual({ same: 2 });
  });

  test("a PTR record removed from the program goes back to UpCloud's default", async () => {
    project.declare(declared(""));
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([
      { update: 1, same: 1 },
      [`GET /1.2/ip_address/${mail}`, `PUT /1.2/ip_address/${mail}`],
    ]);
    expect(project.address(mail)?.ptrRecord).toBe(`${mail.replaceAll(".", "-")}.de-fra1.upcloud.host`);
    expect((await project.preview()).changes).toEqual({ same: 2 });
  });

  test("a PTR record that the program does not declare may be set elsewhere", async () => {
    project.simulator.account.modifyIpAddress(mail, { ptrRecord: "other.example.org" });
    await project.refresh();
    const { changes, requests } = await project.up();
    expect([changes, requests]).toEqual([{ same: 2 }, []]);
    expect(project.address(mail)?.ptrRecord).toBe("other.example.org");
  });

  test("another family replaces the address: where there is room a new one first, then the old one is released", async () => {
    project.declare(declared('family: "IPv6", ptrRecord: "mail.example.com"'));
    const old = mail;
    const { ok, changes, requests } = await project.up();
    mail = (project.outputs.mail as Record<string, string>).address as string;
    expect([ok, changes.replace]).toEqual([true, 1]);
    expect(requests).toEqual([
      "GET /1.2/ip_address",
      "POST /1.2/ip_address",
      `PUT /1.2/ip_address/${mail}`,
      `DELETE /1.2/ip_address/${old}`,
    ]);
    expect(mail).toContain(":");
    expect(project.address(old)).toBeUndefined();
  });

  test("another server replaces the address", async () => {
    project.simulator.account.stopServer(servers.mail);
    project.declare(`new ServerIpAddress("mail", { server: "${servers.mail}" });`);
    const old = mail;
    const { ok, changes } = await project.up();
    expect([ok, changes.replace]).toEqual([true, 1]);
    const [resource] = project.resources;
    mail = resource?.id as string;
    expect(project.address(mail)).toMatchObject({ server: servers.mail, family: "IPv4" });
    expect(project.address(old)).toBeUndefined();
  });

  test("an address released outside the stack is gone after a refresh, and up assigns another", async () => {
    project.simulator.account.releaseIpAddress(mail);
    const refreshed = await project.refresh();
    expect(refreshed.changes).toMatchObject({ delete: 1 });
    const { changes, requests } = await project.up();
    expect([changes.create, requests]).toEqual([1, ["GET /1.2/ip_address", "POST /1.2/ip_address"]]);
  });

  test("destroy releases it, and the account is as it was", async () => {
    const [resource] = project.resources;
    const { ok, requests } = await project.destroy();
    expect(ok).toBe(true);
    expect(requests).toEqual([`GET /1.2/ip_address/${resource?.id}`, `DELETE /1.2/ip_address/${resource?.id}`]);
    project.simulator.account.startServer(servers.mail);
    expect(project.account()).toEqual(before);
  });
});

import { join } from "node:path";
import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

/** `pulumi preview --save-plan`, then `pulumi up --plan`, of one stack; each test goes on where the one before ended. */
describe("a plan that a preview has saved", () => {
  let project: Awaited<ReturnType<typeof start>>;
  let before: unknown;
  beforeAll(async () => {
    project = await start();
    before = project.account();
  });

  async function upAsPlanned(program: string) {
    project.declare(program);
    const plan = join(project.directory, "plan.json");
    const preview = await project.preview({ plan, diff: true });
    expect(preview).toMatchObject({ ok: true });
    const up = await project.up({ plan });
    expect([up.ok, up.output]).toEqual([true, expect.not.stringContaining("violates plan")]);
    expect(up.changes).toEqual(preview.changes);
    return { preview, up };
  }
  const address = (args = "") => `const mail = new ServerIpAddress("mail", { server: "${servers.web}"${args} });`;
  const record = (name: string) => `
    const web = new ServerIpAddress("web", { server: "${servers.web}" });
    new PtrRecord("web", { address: web.address, ptrRecord: "${name}" });`;

  test("is kept to by new addresses, and by a record on one, and the preview shows no mark of a create", async () => {
    const { preview, up } = await upAsPlanned(address() + record("web.example.com"));
    expect(up.changes).toEqual({ create: 4 });
    expect(preview.output).toContain(servers.web);
    expect(preview.output).not.toContain("__creation");
  });

  test("is kept to by edits in place", async () => {
    const { up } = await upAsPlanned(address(', ptrRecord: "mail.example.com"') + record("www.example.com"));
    expect(up.changes).toEqual({ same: 2, update: 2 });
  });

  test("is kept to by a replacement, and by what depends on it", async () => {
    const six = address(', family: "IPv6", ptrRecord: "mail.example.com"');
    const { up } = await upAsPlanned(
      `${six} exports.mail = mail.address; new PtrRecord("web", { address: "${addressOf("web")}", ptrRecord: "www.example.com" });
       new ServerIpAddress("web", { server: "${servers.web}" });`,
    );
    expect(up.changes).toEqual({ same: 3, replace: 1 });
    expect(project.outputs.mail).toBe(addressOf("mail"));
  });

  test("is kept to by an address on a server that only the update makes", async () => {
    const { up } = await upAsPlanned(`
      class Server extends pulumi.dynamic.Resource {
        constructor(name) {
          super({ create: async () => ({ id: "${servers.web}" }) }, name, {});
        }
      }
      new ServerIpAddress("new", { server: new Server("web").id, ptrRecord: "new.example.com" });`);
    expect(up.changes).toEqual({ create: 2, delete: 3, same: 1 });
  });

  test("is kept to by an adoption, a destroy follows, and the account is as it was", async () => {
    await upAsPlanned("");
    expect(project.account()).toEqual(before);
    const { address } = project.simulator.account.assignIpAddress({ server: servers.web });
    await upAsPlanned(`new ServerIpAddress("adopted", { server: "${servers.web}", adopt: "${address}" });`);
    expect((await project.destroy()).ok).toBe(true);
    expect(project.account()).toEqual(before);
  });

  const addressOf = (name: string) => project.resources.find(({ urn }) => urn.endsWith(`ServerIpAddress::${name}`))?.id;
});

import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

const dynamic = 'aliases: [{ type: "pulumi-nodejs:dynamic:Resource" }]';

async function given() {
  const project = await start();
  /** As people write one: curl in a class. It releases what it has assigned. */
  const ownProvider = `
    const { credentials: { token }, url } = ${JSON.stringify({ credentials: project.simulator.credentials, url: project.simulator.url })};
    const ask = async (method, path, body) => {
      const headers = { Authorization: "Bearer " + token, "Content-Type": "application/json" };
      const answer = await fetch(url + "/1.2" + path, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.status === 204 ? undefined : answer.json();
    };
    const provider = {
      async create({ server }) {
        const body = { ip_address: { server, family: "IPv4", access: "public" } };
        const { ip_address: { address } } = await ask("POST", "/ip_address", body);
        return { id: address, outs: { server, address } };
      },
      delete: async (id) => { await ask("DELETE", "/ip_address/" + id); },
    };
    class Address extends pulumi.dynamic.Resource {
      constructor(name, args, opts) { super(provider, name, args, opts); }
    }`;
  project.declare(`${ownProvider}\nnew Address("mail", { server: "${servers.web}" });`);
  expect((await project.up()).ok).toBe(true);
  const [{ id: address = "" } = {}] = project.resources;
  return { project, address };
}

test("an address of a provider of one's own comes over in place, is kept, also with replaceOnChanges, and is released by destroy", async () => {
  const { project, address } = await given();
  const declare = (more: string, options = "") =>
    project.declare(`new ServerIpAddress("mail", { server: "${servers.web}", ${more} }, { ${options} });`);

  declare("", dynamic);
  const refused = await project.preview();
  expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining(`add \`adopt: "${address}"\``)]);

  declare(`adopt: "${address}", ptrRecord: "mail.example.com"`, dynamic);
  expect((await project.preview()).changes).toEqual({ same: 1, update: 1 });
  const { changes, requests } = await project.up();
  expect(changes).toEqual({ same: 1, update: 1 });
  expect(requests.filter((one) => !one.startsWith("GET"))).toEqual([`PUT /1.2/ip_address/${address}`]);
  expect(project.address(address)).toMatchObject({ server: servers.web, ptrRecord: "mail.example.com" });

  declare('ptrRecord: "mail.example.com"');
  expect((await project.up()).changes).toEqual({ same: 2 });
  // The SDK reports no changed property to Pulumi.
  declare('ptrRecord: "mx.example.com"', 'replaceOnChanges: ["ptrRecord", "*"]');
  expect((await project.up()).changes).toEqual({ same: 1, update: 1 });
  expect((await project.refresh()).changes).toEqual({ same: 2 });
  expect((await project.destroy()).ok).toBe(true);
  expect(project.address(address)).toBeUndefined();
});

test("an alias makes no ServerIpAddress of a PtrRecord, nor the reverse, and nothing is released", async () => {
  const project = await start();
  const type = (name: string) => `{ aliases: [{ type: "pulumi-nodejs:dynamic/upcloud:${name}" }] }`;
  project.declare(`new ServerIpAddress("mail", { server: "${servers.web}" });`);
  await project.up();
  const [{ id: address = "" } = {}] = project.resources;
  const before = project.account();
  project.declare(
    `new PtrRecord("mail", { address: "${address}", ptrRecord: "a.example.com" }, ${type("ServerIpAddress")});`,
  );
  const record = await project.up();
  expect([record.ok, record.output]).toEqual([false, expect.stringContaining("remove the alias. To keep the address")]);

  project.declare(`
    new ServerIpAddress("mail", { server: "${servers.web}" });
    new PtrRecord("web", { address: "${address}", ptrRecord: "a.example.com" });`);
  expect((await project.up()).ok).toBe(true);
  project.declare(`
    new ServerIpAddress("mail", { server: "${servers.web}" });
    new ServerIpAddress("web", { server: "${servers.web}" }, ${type("PtrRecord")});`);
  const own = await project.up();
  expect([own.ok, own.output]).toEqual([
    false,
    expect.stringContaining(`set \`adopt: "${address}"\` to take over the address`),
  ]);
  expect(project.account().addresses.map((one) => one.address)).toEqual(before.addresses.map((one) => one.address));
});

import { runStep } from "../../../tools/childProcess";
import { pulumiCli, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

test("with deletedWith, destroying a stack with its server sends nothing for the addresses", async () => {
  const project = await start({}, { UPCLOUD_API_VERSION: "1.3" });
  const { account } = project.simulator;
  project.declare(`
    const lifecycle = { create: async () => ({ id: "${servers.web}", outs: {} }), delete: async () => undefined };
    const server = new pulumi.dynamic.Resource(lifecycle, "server", {});
    new ServerIpAddress("kept", { server: server.id, releasePolicy: "keep" }, { deletedWith: server });
    const six = new ServerIpAddress("six", { server: server.id, family: "IPv6" }, { deletedWith: server });
    exports.six = six.address;`);
  expect(await project.up()).toMatchObject({ ok: true });
  const [kept] = project.resources.filter(
    ({ id }) => id !== undefined && account.getIpAddress(id)?.releasePolicy === "keep",
  );
  const { six } = project.outputs;
  const destroy = await project.destroy();
  expect([destroy.ok, destroy.requests]).toEqual([true, []]);
  // What the server's own provider does.
  account.deleteServer(servers.web);
  expect(account.getIpAddress(kept?.id as string)).toMatchObject({ floating: true });
  expect(account.getIpAddress(String(six))).toBeUndefined();

  project.declare(`new PtrRecord("kept", { address: "${kept?.id}", ptrRecord: "mail.example.com" });`);
  expect(await project.up()).toMatchObject({ ok: true });
  expect(account.getIpAddress(kept?.id as string)?.ptrRecord).toBe("mail.example.com");
});

test("pulumi state move hands an address to another stack without a request", async () => {
  const project = await start();
  const program = `new ServerIpAddress("mail", { server: "${servers.web}", ptrRecord: "mail.example.com" });`;
  project.declare(program);
  await project.up();
  const [saved] = project.resources;
  await project.beginStack("second");
  project.declare("");
  await project.up();
  project.simulator.clearRequests();
  const { workspace } = project.stack;
  const { command } = await pulumiCli();
  const args = ["state", "move", "--yes", "--source", "test", "--dest", "second", saved?.urn as string];
  const env = { ...process.env, ...workspace.envVars };
  await runStep(command, args, { cwd: workspace.workDir, env });
  expect(project.simulator.requests).toEqual([]);

  project.declare(program);
  const preview = await project.preview();
  expect([preview.ok, preview.changes, preview.requests]).toEqual([true, { same: 2 }, []]);
  const destroy = await project.destroy();
  expect(destroy.requests).toContainEqual(`DELETE /1.2/ip_address/${saved?.id}`);
  expect(project.address(saved?.id as string)).toBeUndefined();
});

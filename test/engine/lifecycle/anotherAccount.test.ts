import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

test("refresh, destroy and up --refresh with another account's credentials fail, keep the state and release nothing", async () => {
  const project = await start();
  const { simulator } = project;
  const [planned] = simulator.account.listIpAddresses(servers.mail);
  project.declare(`
    const six = new ServerIpAddress("six", { server: "${servers.web}", family: "IPv6", ptrRecord: "six.example.com" });
    new PtrRecord("mail", { address: "${planned?.address}", ptrRecord: "mail.example.com" });
    new ServerIpAddress("four", { server: "${servers.web}" }, { dependsOn: six });
    ServerIpAddress.get("found", "${planned?.address}");`);
  expect((await project.up()).ok).toBe(true);
  const inState = () => project.resources.map(({ urn, id, outputs }) => ({ urn, id, outputs }));
  const [account, state] = [project.account(), inState()];
  expect(state).toHaveLength(4);

  const useToken = (token: string) => Object.assign(project.stack.workspace.envVars, { UPCLOUD_TOKEN: token });
  useToken(simulator.otherCredentials.token);
  for (const operation of [project.refresh, project.destroy, () => project.up({ refresh: true })]) {
    const { ok, output, requests } = await operation();
    expect([ok, output]).toEqual([
      false,
      expect.stringMatching(/^.*The credentials may (use neither|not use) address /m),
    ]);
    expect(output).toContain("See node_modules/pulumi-upcloud-ip/docs/errors/another-account.md");
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect([project.account(), inState()]).toEqual([account, state]);
  }

  useToken(simulator.credentials.token);
  expect((await project.refresh()).ok).toBe(true);
  expect(project.resources).toHaveLength(4);
  expect((await project.destroy()).ok).toBe(true);
  expect(simulator.account.listIpAddresses(servers.web)).toHaveLength(2);
});

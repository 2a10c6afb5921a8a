import { servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

const declare = (server: string, more = "") => `new ServerIpAddress("mail", { server: "${server}", ${more} });`;

test.concurrent("a running server is left alone, and the error names it, its state and the two remedies", async () => {
  const project = await start();
  project.declare(declare(servers.mail));
  const { ok, output, requests } = await project.up();
  expect(ok).toBe(false);
  expect(output).toContain(
    `UpCloud assigns and releases addresses only while the server is stopped, and server "mail" (${servers.mail}) is started (SERVER_STATE_ILLEGAL): ` +
      "stop it and run again, or set `powerCycle: true` on the resource",
  );
  expect(output).not.toMatch(/^\s+at /m);
  expect(requests).toEqual(["GET /1.2/ip_address", "POST /1.2/ip_address", `GET /1.2/server/${servers.mail}`]);
  expect(project.resources).toEqual([]);
});

test.concurrent("an address whose PTR record is refused is saved, finished by the next up, and released by destroy", async () => {
  const project = await start();
  const before = project.account();
  project.declare(declare(servers.web, 'ptrRecord: "mail.example.com"'));
  project.simulator.faults.add({
    method: "PUT",
    path: "/1.2/ip_address/*",
    kind: "error",
    status: 400,
    errorCode: "PTR_RECORD_INVALID",
  });
  const first = await project.up();
  const [saved] = project.resources;
  const address = saved?.id as string;
  expect(first.ok).toBe(false);
  expect(first.output).toContain(`UpCloud does not accept "mail.example.com" as the PTR record of address ${address}`);
  expect(saved?.outputs).toMatchObject({ server: servers.web, family: "IPv4" });
  expect(saved?.initErrors).toHaveLength(1);

  const second = await project.up();
  expect(second.ok).toBe(true);
  expect(second.requests).toEqual([`PUT /1.2/ip_address/${address}`]);
  expect(project.address(address)?.ptrRecord).toBe("mail.example.com");
  expect((await project.preview()).changes).toEqual({ same: 2 });

  expect((await project.destroy()).ok).toBe(true);
  expect(project.account()).toEqual(before);
});

test.concurrent("a partly created address can be destroyed at once", async () => {
  const project = await start();
  const before = project.account();
  project.declare(declare(servers.web, 'ptrRecord: "mail.example.com"'));
  project.simulator.faults.add({ method: "PUT", path: "/1.2/ip_address/*", kind: "error", status: 501 });
  expect((await project.up()).ok).toBe(false);
  expect((await project.destroy()).ok).toBe(true);
  expect(project.account()).toEqual(before);
});

test.concurrent("refresh and destroy report UpCloud's refusal once, without a stack trace, and keep the address", async () => {
  const project = await start();
  project.declare(declare(servers.web));
  expect((await project.up()).ok).toBe(true);
  const [saved] = project.resources;
  for (const operation of [project.refresh, project.destroy]) {
    project.simulator.faults.add({ method: "GET", path: "/ip_address/*", kind: "html", status: 502, times: 5 });
    const { ok, output } = await operation();
    expect(ok).toBe(false);
    const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
    for (const part of ["UpCloud had an internal error", ": 502", "It was tried 5 times."]) {
      expect([part, diagnostics.split(part).length - 1]).toEqual([part, 1]);
    }
    expect(output).not.toMatch(/^\s+at |UpCloudError/m);
    expect(project.resources[0]?.id).toBe(saved?.id);
  }
});

test.concurrent("destroy keeps an address that has moved to another server, and one that belongs to another account", async () => {
  const project = await start();
  project.declare(`
    new ServerIpAddress("moved", { server: "${servers.web}" });
    new ServerIpAddress("lost", { server: "${servers.web}" });`);
  await project.up();
  const idOf = (name: string) => project.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.id as string;
  const [moved, lost] = [idOf("moved"), idOf("lost")];
  project.simulator.account.moveIpAddress(moved, servers.mail);
  project.simulator.account.giveIpAddressAway(lost);
  const { ok, requests } = await project.destroy();
  expect(ok).toBe(true);
  expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  expect(project.address(moved)?.server).toBe(servers.mail);
  expect(project.address(lost)?.owner).toBe("other");
});

test.concurrent("missing credentials are reported with the keys to set", async () => {
  const project = await start({}, { UPCLOUD_TOKEN: "" });
  project.declare(declare(servers.web));
  const { ok, output, requests } = await project.up();
  expect([ok, requests]).toEqual([false, []]);
  expect(output).toContain("Expected credentials for UpCloud, got none: run `pulumi config set --secret upcloud:token");
});

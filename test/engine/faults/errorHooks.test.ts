import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fault } from "pulumi-upcloud-ip/simulator";
import { runStep } from "../../../tools/childProcess";
import { environmentOf } from "../support/audits";
import { type Project, servers } from "../support/project";
import { endAll, start } from "../support/runningServers";

afterAll(endAll);

/**
 * Error hooks (`onError`) have the engine call create again, in the same process. The language host that Go can build knows
 * no hooks, so the program is an inline one of the Automation API.
 */
const script = `
  const pulumi = require("@pulumi/pulumi");
  const { LocalWorkspace, PulumiCommand } = require("@pulumi/pulumi/automation");
  const { ServerIpAddress } = require("pulumi-upcloud-ip");
  const [repeats, args] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
  let calls = 0;
  const program = async () => {
    const again = new pulumi.ErrorHook("again", async () => calls++ < repeats);
    const mail = new ServerIpAddress("mail", args, { hooks: { onError: [again] } });
    return { address: mail.address };
  };
  (async () => {
    const pulumiCommand = await PulumiCommand.get({ root: process.env.PULUMI_CLI_ROOT });
    const stack = await LocalWorkspace.selectStack(
      { stackName: "test", projectName: "addresses", program },
      { workDir: process.cwd(), pulumiCommand },
    );
    const result = await stack.up().then(() => "ok", (error) => String(error));
    console.log(JSON.stringify({ result, calls }));
  })();
`;

async function upWithHook(project: Project, repeats: number, args: object): Promise<{ result: string; calls: number }> {
  const file = join(project.directory, "hooks.js");
  writeFileSync(file, script);
  const env = { ...environmentOf(project), PULUMI_CLI_ROOT: process.env.PULUMI_CLI_ROOT };
  const giveUp = AbortSignal.timeout(240_000);
  const output = await runStep(process.execPath, [file, String(repeats), JSON.stringify(args)], {
    cwd: project.directory,
    env,
    giveUp,
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

const assign = { method: "POST", path: "/ip_address" } as const;
const { mail, web } = servers;

test.each<[string, number, Fault[], string]>([
  ["PTR record is refused", 1, [{ method: "PUT", kind: "error", status: 403 }], web],
  ["PTR record is refused twice", 2, [{ method: "PUT", kind: "error", status: 403, times: 2 }], web],
  [
    "answer is lost and whose looks fail",
    1,
    [
      { ...assign, kind: "drop", when: "after-effect" },
      { method: "GET", path: "/ip_address", kind: "error", status: 403, skip: 1 },
    ],
    web,
  ],
  [
    "server cannot be started again",
    1,
    [{ method: "POST", path: "/server/*/start", kind: "error", status: 403 }],
    mail,
  ],
])("a create whose %s is repeated by a hook, and buys one address, which is in the state", async (...cell) => {
  const [, repeats, faults, server] = cell;
  const project = await start();
  const before = project.account();
  for (const fault of faults) project.simulator.faults.add(fault);
  const up = await upWithHook(project, repeats, { server, ptrRecord: "mail.example.com", powerCycle: true });
  expect(up).toEqual({ result: "ok", calls: repeats });
  const assigns = project.simulator.requests.filter(
    ({ method, path }) => method === "POST" && path === "/1.2/ip_address",
  );
  expect(assigns).toHaveLength(1);
  const [{ id = "" } = {}] = project.resources;
  const isNew = ({ address }: { address: string }) => !before.addresses.some((one) => one.address === address);
  expect(project.account().addresses.filter(isNew)).toMatchObject([{ address: id, ptrRecord: "mail.example.com" }]);
  expect(project.simulator.account.getServer(server)?.state).toBe(
    before.servers.find(({ uuid }) => uuid === server)?.state,
  );
  expect((await project.destroy()).ok).toBe(true);
  expect(project.account()).toEqual(before);
});

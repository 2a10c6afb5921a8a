import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator } from "../../src/simulator";
import { web } from "../support/demoServers";
import { CommandRig } from "./support/commandRig";
import { resource, stackExport, urnOf } from "./support/stackFixture";

/** The IPv6 address that the other server was created with. */
const own = "2001:db8:1000:310:d845:c4ff:fe5c:687f";

let rig: CommandRig;
beforeAll(async () => {
  rig = await CommandRig.start();
});
beforeEach(() => rig.forget());
afterAll(() => rig.end());

test("the selected stack is audited with one request to UpCloud, and the report says what to do", async () => {
  const { code, output, warnings } = await rig.run("audit");
  expect([code, warnings]).toEqual([1, []]);
  expect(output).toBe(`1 address looks like the result of an interrupted create:

  Extra, with UpCloud's default PTR record, on a server where stack "prod" manages addresses:

    SERVER                                ADDRESS       FAMILY  ACCESS  PTR RECORD
    ${web}  ${rig.leaked}  IPv4    public  198-51-100-4.de-fra1.upcloud.host

To keep one of them, add \`adopt: "ADDRESS"\` to the arguments of a ServerIpAddress with the same server, family and access,
and run \`pulumi up\`. To remove one, release it in UpCloud's control panel while the server is stopped.

These stacks manage 1 address of the account, but not these:

   2  part of the server's plan
   2  on the internal network
   1  the only IPv6 address of its server that these stacks do not manage, usually the server's own

To list them, pass --all.
`);
  expect(rig.simulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /1.2/ip_address"]);
});

test("several stacks are combined, and the exit code is 0 if nothing looks lost", async () => {
  const { code, output } = await rig.run("audit --stack selected --stack fixed --all");
  expect(code).toBe(0);
  expect(output).toMatch(
    /^No address looks like the result of an interrupted create\.\n\nThese stacks manage 2 addresses/,
  );
  expect(output).toMatch(/\n {4}0053cd80-\S+ {2}198\.51\.100\.2 +IPv4 +public/);
  expect(output).not.toContain("--all");
});

describe("the explicit providers of a stack", () => {
  const inputs = (token: unknown) => ({
    "upcloud:providerName": "second",
    "upcloud:token": token,
    "upcloud:apiBaseUrl": rig.simulator.url,
    "upcloud:powerCycle": 7,
  });
  const provider = (token: unknown) => ({
    urn: "urn:pulumi:prod::web::pulumi:providers:pulumi-nodejs::second",
    type: "pulumi:providers:pulumi-nodejs",
    id: "id",
    inputs: inputs(token),
  });
  const nowhere = { UPCLOUD_TOKEN: "" };

  test("have accounts that are audited, even if the stack has no credentials", async () => {
    const address = resource("first", rig.managed, { server: web });
    rig.stack("own", stackExport([provider({ ciphertext: "…" }), address]), {}, {});
    rig.write("own.decrypted", stackExport([provider({ plaintext: '"ucat_demo"' }), address]));
    const { code, warnings } = await rig.run("audit --stack own", nowhere);
    expect([code, warnings, rig.simulator.requests.length]).toEqual([1, [], 1]);
  });

  test("are left out with a warning if their settings cannot be decrypted", async () => {
    rig.stack("locked", stackExport([provider({ ciphertext: "…" })]));
    const { warnings } = await rig.run("audit --stack locked");
    expect(warnings).toEqual([
      expect.stringMatching(/^Leaving out the accounts of explicit providers, .*no locked.decrypted/),
    ]);
  });

  test("leave no account if there are no credentials at all", async () => {
    await expect(rig.run("audit --stack fixed", nowhere)).rejects.toThrow("Expected credentials for UpCloud, got none");
  });
});

test("stacks and state files are combined", async () => {
  const file = rig.write("other.json", stackExport([resource("second", rig.leaked, { server: web })]));
  expect((await rig.run(`audit --stack selected --state ${file}`)).code).toBe(0);
});

test("--json prints the same, with the other addresses counted or listed", async () => {
  const { code, output } = await rig.run("audit --json");
  expect(code).toBe(1);
  expect(JSON.parse(output)).toEqual({
    shared: [],
    suspects: [
      {
        address: rig.leaked,
        family: "IPv4",
        access: "public",
        server: web,
        ptrRecord: "198-51-100-4.de-fra1.upcloud.host",
        reason: "extra-beside-managed",
        stack: "prod",
      },
    ],
    possible: [],
    unattached: [],
    managedCount: 1,
    otherCount: 5,
  });
  const { others } = JSON.parse((await rig.run("audit --json --all")).output);
  expect(others).toHaveLength(5);
  expect(others).toContainEqual(expect.objectContaining({ address: own, reason: "only-ipv6" }));
});

describe("--import-file", () => {
  let lost: string;
  beforeAll(() => {
    lost = join(rig.folder, "lost.json");
  });
  afterEach(() => rmSync(lost, { force: true }));

  test("writes the addresses that look lost, and the report says how to import them", async () => {
    const { code, output } = await rig.run(`audit --import-file ${lost}`);
    expect(code).toBe(1);
    const { resources } = JSON.parse(readFileSync(lost, "utf8"));
    expect(resources).toEqual([expect.objectContaining({ id: rig.leaked, name: "ip-198-51-100-4" })]);
    expect(output).toContain(`\`pulumi import --file ${lost} --generate-code=false\``);
  });

  test("leaves the output of --json as it is", async () => {
    const { output } = await rig.run(`audit --json --import-file ${lost}`);
    expect(JSON.parse(output).suspects).toHaveLength(1);
    expect(existsSync(lost)).toBe(true);
  });

  test("writes nothing if no address looks lost, and says so", async () => {
    const { code, output } = await rig.run(`audit --stack selected --stack fixed --import-file ${lost}`);
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`\n\n${lost} was not written, because there is nothing`),
    ]);
    expect(existsSync(lost)).toBe(false);
  });

  test("in a folder that does not exist is an error", async () => {
    await expect(rig.run(`audit --import-file ${rig.folder}/nope/lost.json`)).rejects.toThrow(
      /^Expected --import-file to name a file that can be written, got ".*lost\.json": ENOENT/,
    );
  });
});

test("this machine's journal is read, with the last complete line of each file", async () => {
  mkdirSync(join(rig.home, "upcloud-ip"), { recursive: true });
  const entry = {
    token: "abc",
    urn: urnOf("mail"),
    server: web,
    family: "IPv4",
    access: "public",
    at: "2026-01-02T03:04:05.678Z",
  };
  const lines = [
    { ...entry, phase: "intent" },
    { ...entry, phase: "assigned", address: rig.leaked },
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"urn":"urn:pul`;
  writeFileSync(join(rig.home, "upcloud-ip", "one.jsonl"), text);
  writeFileSync(join(rig.home, "upcloud-ip", "torn.jsonl"), "{");
  writeFileSync(join(rig.home, "upcloud-ip", "a.txt"), JSON.stringify({ ...lines[1], urn: urnOf("other") }));
  const [suspect] = JSON.parse((await rig.run("audit --json")).output).suspects;
  expect(suspect).toMatchObject({
    resource: { name: "mail" },
    reason: "journal-result",
  });
});

describe("the credentials", () => {
  const settings = (token?: string) => ({
    "upcloud:token": { secret: true, ...(token !== undefined && { value: token }) },
    "upcloud:apiBaseUrl": { value: rig.simulator.url, secret: false },
  });

  test("are those of each stack, whatever the environment has", async () => {
    rig.stack("own", stackExport([]), settings("ucat_demo"));
    rig.stack("second", stackExport([]), settings("ucat_demo"));
    const elsewhere = { UPCLOUD_TOKEN: "wrong", UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:9" };
    expect((await rig.run("audit --stack own --stack second", elsewhere)).warnings).toEqual([]);
  });

  test("come from the environment if those of the stack cannot be decrypted, with a warning", async () => {
    rig.stack("locked", stackExport([]), undefined, settings());
    rmSync(join(rig.folder, "locked.secrets"), { force: true });
    rig.write("locked.config", { ...settings(), "upcloud:username": { value: "u" } });
    const { warnings } = await rig.run("audit --stack locked", { UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:9" });
    expect(warnings).toEqual([
      "Using the credentials of the environment, because those of the stack cannot be read: " +
        "`pulumi config --json --stack locked --show-secrets` failed: no locked.secrets",
    ]);
  });

  test("that UpCloud refuses are not in the message", async () => {
    const failure = await rig.run("audit", { UPCLOUD_TOKEN: "ucat_wrong" }).catch(({ message }) => message);
    expect(failure).toContain("UpCloud does not accept the credentials");
    expect(failure).not.toContain("ucat_wrong");
  });
});

test("an obsolete API 1.2 is replaced by 1.3, with a warning", async () => {
  const newer = await startSimulator({ rules: { api12: "obsolete" } });
  const { code, warnings } = await rig.run("audit", { UPCLOUD_DEBUG_API_BASE_URL: newer.url });
  await newer.stop();
  expect([code, warnings]).toEqual([
    0,
    ["UpCloud no longer supports API 1.2: using 1.3 instead. Set upcloud:apiVersion to 1.3."],
  ]);
});

test("the audit fails with one sentence if there is no such stack", async () => {
  await expect(rig.run("audit --stack nope")).rejects.toThrow(
    "`pulumi stack export --stack nope` failed: no nope.state",
  );
  expect(rig.simulator.requests).toEqual([]);
});

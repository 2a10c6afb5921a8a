import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../src/audit/command";
import { type Simulator, startSimulator } from "../../src/simulator";
import { pendingCreate, resource, stackExport, urnOf } from "./support/stackFixture";

const web = "0053cd80-5945-4105-9081-11192806a8f7";
/** The IPv6 address that the other server was created with. */
const own = "2001:db8:1000:310:d845:c4ff:fe5c:687f";
const folder = mkdtempSync(join(tmpdir(), "audit-command-"));
const home = join(folder, "home");
let simulator: Simulator;
let managed: string;
let leaked: string;

beforeAll(async () => {
  simulator = await startSimulator();
  managed = simulator.account.assignIpAddress({ server: web }).address;
  leaked = simulator.account.assignIpAddress({ server: web }).address;
  // Stands in for the Pulumi CLI: what it says of a stack lies in files beside it.
  const script = `#!/bin/sh
    cd ${folder}
    for last; do [ "$before" = --stack ] && stack=$last; before=$last; done
    case "$*" in
      "stack export --show-secrets"*) file=\${stack-selected}.decrypted;;
      "stack export"*) file=\${stack-selected}.state;;
      *show-secrets*) file=\${stack-selected}.secrets;;
      *) file=\${stack-selected}.config;;
    esac
    [ -f "$file" ] && exec cat "$file"
    echo "error: no $file" >&2; exit 1`;
  writeFileSync(join(folder, "pulumi"), script, { mode: 0o755 });
  stack("selected", stackExport([resource("first", managed, { server: web })]));
  stack("fixed", stackExport([resource("second", leaked, { server: web })]));
});
beforeEach(() => {
  simulator.clearRequests();
  rmSync(home, { recursive: true, force: true });
});
afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

/** A stack with this state and, as far as they can be read, these settings. */
function stack(name: string, state: object, secrets: object | undefined = {}, config = secrets): void {
  const files = { state, secrets, config };
  for (const [extension, content] of Object.entries(files)) {
    if (content !== undefined) writeFileSync(join(folder, `${name}.${extension}`), JSON.stringify(content));
  }
}

const stateFile = (name: string, state: object) => {
  writeFileSync(join(folder, name), JSON.stringify(state));
  return join(folder, name);
};

async function run(args: string, env: Record<string, string> = {}) {
  let output = "";
  const warnings: string[] = [];
  const credentials = { UPCLOUD_DEBUG_API_BASE_URL: simulator.url, UPCLOUD_TOKEN: "ucat_demo" };
  const code = await command(args.split(" ").filter(Boolean), {
    env: { PATH: `${folder}:${process.env.PATH}`, PULUMI_HOME: home, ...credentials, ...env },
    write: (text) => {
      output += text;
    },
    warn: (line) => warnings.push(line),
  });
  return { code, output, warnings };
}

test("the selected stack is audited with one request to UpCloud, and the report says what to do", async () => {
  const { code, output, warnings } = await run("audit");
  expect([code, warnings]).toEqual([1, []]);
  expect(output).toBe(`1 address looks like the result of an interrupted create:

  Extra, with UpCloud's default PTR record, on a server where stack "prod" manages addresses:

    SERVER                                ADDRESS       FAMILY  ACCESS  PTR RECORD
    ${web}  ${leaked}  IPv4    public  198-51-100-4.de-fra1.upcloud.host

To keep one of them, add \`adopt: "ADDRESS"\` to the arguments of a ServerIpAddress with the same server, family and access,
and run \`pulumi up\`. To remove one, release it in UpCloud's control panel while the server is stopped.

These stacks manage 1 address of the account, but not these:

   2  part of the server's plan
   2  on the internal network
   1  the only IPv6 address of its server that these stacks do not manage, usually the server's own

To list them, pass --all.
`);
  expect(simulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /1.2/ip_address"]);
});

test("several stacks are combined, and the exit code is 0 if nothing looks lost", async () => {
  const { code, output } = await run("audit --stack selected --stack fixed --all");
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
    "upcloud:apiBaseUrl": simulator.url,
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
    const address = resource("first", managed, { server: web });
    stack("own", stackExport([provider({ ciphertext: "…" }), address]), {}, {});
    writeFileSync(
      join(folder, "own.decrypted"),
      JSON.stringify(stackExport([provider({ plaintext: '"ucat_demo"' }), address])),
    );
    const { code, warnings } = await run("audit --stack own", nowhere);
    expect([code, warnings, simulator.requests.length]).toEqual([1, [], 1]);
  });

  test("are left out with a warning if their settings cannot be decrypted", async () => {
    stack("locked", stackExport([provider({ ciphertext: "…" })]));
    const { warnings } = await run("audit --stack locked");
    expect(warnings).toEqual([
      expect.stringMatching(/^Leaving out the accounts of explicit providers, .*no locked.decrypted/),
    ]);
  });

  test("leave no account if there are no credentials at all", async () => {
    await expect(run("audit --stack fixed", nowhere)).rejects.toThrow("Expected credentials for UpCloud, got none");
  });
});

test("stacks and state files are combined", async () => {
  const file = stateFile("other.json", stackExport([resource("second", leaked, { server: web })]));
  expect((await run(`audit --stack selected --state ${file}`)).code).toBe(0);
});

test("a state file alone needs no Pulumi, and a pending create names the resource", async () => {
  const first = resource("first", managed, { server: web });
  const again = resource("mail", managed, { server: web });
  const pending = [pendingCreate("mail", { server: web })];
  const file = (resources: object[]) => stateFile("prod.json", stackExport(resources, pending));
  const named = await run(`audit --state ${file([first])}`, { PATH: "" });
  expect([named.code, named.output]).toEqual([1, expect.stringMatching(new RegExp(`${leaked} .* "mail"\n`))]);
  expect(named.output).not.toContain("has another address");
  const taken = await run(`audit --state ${file([again])}`, { PATH: "" });
  expect(taken.output).toContain(`"mail", which has ${managed} now\n`);
});

test("--json prints the same, with the other addresses counted or listed", async () => {
  const { code, output } = await run("audit --json");
  expect(code).toBe(1);
  expect(JSON.parse(output)).toEqual({
    shared: [],
    suspects: [
      {
        address: leaked,
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
  const { others } = JSON.parse((await run("audit --json --all")).output);
  expect(others).toHaveLength(5);
  expect(others).toContainEqual(expect.objectContaining({ address: own, reason: "only-ipv6" }));
});

describe("--import-file", () => {
  const lost = join(folder, "lost.json");
  afterEach(() => rmSync(lost, { force: true }));

  test("writes the addresses that look lost, and the report says how to import them", async () => {
    const { code, output } = await run(`audit --import-file ${lost}`);
    expect(code).toBe(1);
    const { resources } = JSON.parse(readFileSync(lost, "utf8"));
    expect(resources).toEqual([expect.objectContaining({ id: leaked, name: "ip-198-51-100-4" })]);
    expect(output).toContain(`\`pulumi import --file ${lost} --generate-code=false\``);
  });

  test("leaves the output of --json as it is", async () => {
    const { output } = await run(`audit --json --import-file ${lost}`);
    expect(JSON.parse(output).suspects).toHaveLength(1);
    expect(existsSync(lost)).toBe(true);
  });

  test("writes nothing if no address looks lost, and says so", async () => {
    const { code, output } = await run(`audit --stack selected --stack fixed --import-file ${lost}`);
    expect([code, output]).toEqual([
      0,
      expect.stringContaining(`\n\n${lost} was not written, because there is nothing`),
    ]);
    expect(existsSync(lost)).toBe(false);
  });

  test("in a folder that does not exist is an error", async () => {
    await expect(run(`audit --import-file ${folder}/nope/lost.json`)).rejects.toThrow(
      /^Expected --import-file to name a file that can be written, got ".*lost\.json": ENOENT/,
    );
  });
});

test("this machine's journal is read, with the last complete line of each file", async () => {
  mkdirSync(join(home, "upcloud-ip"), { recursive: true });
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
    { ...entry, phase: "assigned", address: leaked },
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"urn":"urn:pul`;
  writeFileSync(join(home, "upcloud-ip", "one.jsonl"), text);
  writeFileSync(join(home, "upcloud-ip", "torn.jsonl"), "{");
  writeFileSync(join(home, "upcloud-ip", "a.txt"), JSON.stringify({ ...lines[1], urn: urnOf("other") }));
  const [suspect] = JSON.parse((await run("audit --json")).output).suspects;
  expect(suspect).toMatchObject({
    resource: { name: "mail" },
    reason: "journal-result",
  });
});

describe("the credentials", () => {
  const settings = (token?: string) => ({
    "upcloud:token": { secret: true, ...(token !== undefined && { value: token }) },
    "upcloud:apiBaseUrl": { value: simulator.url, secret: false },
  });

  test("are those of each stack, whatever the environment has", async () => {
    stack("own", stackExport([]), settings("ucat_demo"));
    stack("second", stackExport([]), settings("ucat_demo"));
    const elsewhere = { UPCLOUD_TOKEN: "wrong", UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:9" };
    expect((await run("audit --stack own --stack second", elsewhere)).warnings).toEqual([]);
  });

  test("come from the environment if those of the stack cannot be decrypted, with a warning", async () => {
    stack("locked", stackExport([]), undefined, settings());
    rmSync(join(folder, "locked.secrets"), { force: true });
    writeFileSync(join(folder, "locked.config"), JSON.stringify({ ...settings(), "upcloud:username": { value: "u" } }));
    const { warnings } = await run("audit --stack locked", { UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:9" });
    expect(warnings).toEqual([
      "Using the credentials of the environment, because those of the stack cannot be read: " +
        "`pulumi config --json --stack locked --show-secrets` failed: no locked.secrets",
    ]);
  });

  test("that UpCloud refuses are not in the message", async () => {
    const failure = await run("audit", { UPCLOUD_TOKEN: "ucat_wrong" }).catch(({ message }) => message);
    expect(failure).toContain("UpCloud does not accept the credentials");
    expect(failure).not.toContain("ucat_wrong");
  });
});

test("an obsolete API 1.2 is replaced by 1.3, with a warning", async () => {
  const newer = await startSimulator({ rules: { api12: "obsolete" } });
  const { code, warnings } = await run("audit", { UPCLOUD_DEBUG_API_BASE_URL: newer.url });
  await newer.stop();
  expect([code, warnings]).toEqual([
    0,
    ["UpCloud no longer supports API 1.2: using 1.3 instead. Set upcloud:apiVersion to 1.3."],
  ]);
});

describe("the audit fails with one sentence if", () => {
  test.each<[string, () => string, string]>([
    ["there is no command", () => "", "Expected the command audit, got nothing: see pulumi-upcloud-ip --help."],
    ["the command is another", () => "adopt", "Expected the command audit, got adopt: see pulumi-upcloud-ip --help."],
    [
      "there is another argument",
      () => "audit prod",
      "Expected only options after audit, got prod: see pulumi-upcloud-ip",
    ],
    ["an option is unknown", () => "audit --stacks prod", "Unknown option '--stacks': see pulumi-upcloud-ip --help."],
    ["there is no such stack", () => "audit --stack nope", "`pulumi stack export --stack nope` failed: no nope.state"],
    [
      "there is no such file",
      () => "audit --state /nope",
      'Expected --state to name a readable file, got "/nope": ENOENT',
    ],
    [
      "the file is no state",
      () => `audit --state ${stateFile("x.json", {})}`,
      "x.json is not the state of a Pulumi stack",
    ],
  ])("%s", async (_, args, message) => {
    await expect(run(args())).rejects.toThrow(message);
    expect(simulator.requests).toEqual([]);
  });
});

test("--help and --version print the options and the version", async () => {
  const help = await run("--help");
  for (const option of ["--stack", "--state", "--cwd", "--all", "--json", "--import-file"])
    expect(help.output).toContain(option);
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(await run("--version")).toEqual({ code: 0, output: `${manifest.version}\n`, warnings: [] });
  expect(help.code).toBe(0);
});

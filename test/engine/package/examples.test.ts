import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { servers } from "../support/project";
import { startOf, stopOf, writes } from "../support/runningServers";
import { Example } from "./support/example";

const folder = resolve(__dirname, "../../../examples");

test.concurrent("quickstart: another PTR record is set in place", () =>
  follow("quickstart", ({ ptrRecords, requests }) => {
    expect(ptrRecords).toEqual(["mx.example.com"]);
    expect(Object.keys(writes(requests)).map((request) => request.split(" ")[0])).toEqual(["POST", "PUT"]);
  }));

test.concurrent("mail-server: both families have the server's name", () =>
  follow("mail-server", ({ ptrRecords }) => expect(ptrRecords).toEqual(["mail.example.com", "mail.example.com"])));

test.concurrent("environments: each has its server and domain, and only dev's server is stopped while it runs", () =>
  follow("environments", async ({ example, ptrRecords, requests }) => {
    expect(ptrRecords).toEqual(["mail.dev.example.com", "mail.example.com", "mail.staging.example.com"]);
    const [dev, staging, prod] = example.account().servers;
    if (dev === undefined || prod === undefined) throw new Error("Expected three servers in account.json");
    expect([dev.state, staging?.state, prod.state]).toEqual(["started", "stopped", "stopped"]);
    expect(writes(requests)).toMatchObject({ [stopOf(dev.uuid)]: 1, [startOf(dev.uuid)]: 1 });

    const { account } = example.simulator;
    account.startServer(prod.uuid);
    const refused = await example.run("pulumi destroy --stack prod");
    const [words = "the README's words"] = example.readme.match(/(?<=`)UpCloud assigns and releases [^`]*/) ?? [];
    expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining(words)]);
    expect(example.ptrRecords()).toEqual(ptrRecords);
    account.stopServer(prod.uuid);
  }));

test("environments: on Pulumi Cloud the other stack is looked for in the same organization", async () => {
  const referred: unknown[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference") referred.push(inputs.name);
        return { id: name, state: { ...inputs, outputs: { mailServer: servers.web } } };
      },
      call: () => ({}),
    },
    "upcloud-ip-environments",
    "staging",
    false,
    "acme",
  );
  pulumi.runtime.setConfig("upcloud-ip-environments:domain", "example.com");
  const { ptrRecord }: typeof import("../../../examples/environments") = require("../../../examples/environments");
  expect(await new Promise((resolve) => ptrRecord.apply(resolve))).toBe("mail.example.com");
  expect(referred).toEqual(["acme/upcloud-ip-infrastructure/staging"]);
});

test.concurrent("existing-address: nothing is assigned, stopped or released, and what was taken over stays", () =>
  follow(
    "existing-address",
    ({ ptrRecords, requests }) => {
      expect(ptrRecords).toEqual(["mail.example.com", "web.example.com"]);
      expect(Object.values(writes(requests))).toEqual([1, 1]);
    },
    ({ addresses, servers }) => ({
      servers,
      addresses: addresses.map((one) => {
        const isTaken = one.server === servers.find(({ title }) => title === "mail")?.uuid && one.family === "IPv6";
        return isTaken ? { ...one, ptrRecord: "mail.example.com" } : one;
      }),
    }),
  ));

test.concurrent("component: a running server is stopped once for all its addresses, a stopped one stays so", () =>
  follow("component", ({ example, ptrRecords, requests }) => {
    expect(ptrRecords).toEqual(["mail.example.com", "mail.example.com", "web.example.com"]);
    expect(writes(requests)).toMatchObject({ [stopOf(servers.mail)]: 1, [startOf(servers.mail)]: 1 });
    expect(example.account().servers.map(({ state }) => state)).toEqual(["started", "stopped"]);
  }));

test.concurrent("kept-address: a destroy deletes the server only, and the address stays", async () => {
  let kept: Account["addresses"] = [];
  const asked: string[][] = [];
  await follow(
    "kept-address",
    ({ example, ptrRecords, requests }) => {
      expect(ptrRecords).toEqual(["mail.example.com"]);
      kept = example.account().addresses.filter(({ ptrRecord }) => ptrRecord === "mail.example.com");
      asked.push(requests);
    },
    (before) => ({
      servers: before.servers.filter(({ uuid }) => uuid !== servers.web),
      addresses: expect.arrayContaining([
        ...before.addresses.filter(({ server }) => server !== servers.web),
        ...kept.map(({ address, ptrRecord }) => expect.objectContaining({ address, ptrRecord, floating: true })),
      ]),
    }),
  );
  expect(asked[0]?.filter((request) => request.startsWith("DELETE"))).toEqual([`DELETE /1.3/server/${servers.web}`]);
});

test.concurrent("unit-tests: its own tests pass, and the program does as they say", () =>
  follow("unit-tests", ({ ptrRecords }) => expect(ptrRecords).toEqual(["mail.example.com", "web.example.com"])));

test.concurrent("policy: a name in the domain passes", () =>
  follow("policy", ({ ptrRecords }) => expect(ptrRecords).toEqual(["mail.example.com"])));

test("every example is followed here, and is in both tables of examples", () => {
  const examples = readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? one.name : []));
  // template.test.ts tries the template.
  expect([...followed, "template"].sort()).toEqual(examples);
  const links = readFileSync(join(folder, "README.md"), "utf8");
  expect(examples.filter((name) => !links.includes(`| [${name}](${name}) |`))).toEqual([]);
  // The package contains the README, but not the examples.
  const names = readFileSync(join(folder, "../README.md"), "utf8");
  expect(examples.filter((name) => !names.includes(`| \`${name}\` |`))).toEqual([]);
});

const followed = new Set<string>();

interface Followed {
  example: Example;
  /** The PTR records that are not UpCloud's own. */
  ptrRecords: string[];
  /** What the README's commands have asked of UpCloud so far. */
  requests: string[];
}
type Account = ReturnType<Example["account"]>;

/**
 * Does what an example's README says, and looks whether what it says comes of it: each `pulumi up` succeeds, changes
 * nothing the second time, and prints what is there, addresses aside; one that is to fail does so in words, and changes nothing.
 *
 * @param look called before the first `pulumi destroy`
 * @param left the account after the last one; default: as it was
 */
async function follow(
  name: string,
  look: (followed: Followed) => void | Promise<void>,
  left = (before: Account): Account => before,
): Promise<void> {
  followed.add(name);
  const example = await Example.start(name);
  try {
    const before = example.account();
    const requests: string[] = [];
    let isNew = true;
    for (const { script, prints } of example.steps) {
      if (script.includes("pulumi destroy")) await look({ example, requests, ptrRecords: example.ptrRecords() });
      const isError = prints.startsWith("error:");
      // The first preview is the one in which addresses are unknown; one that fails is all that there is.
      const did = await example.run(script, { isPreviewed: isNew || isError });
      requests.push(...did.requests);
      expect([did.ok, withoutAddresses(did.output)]).toEqual([
        !isError,
        expect.stringContaining(withoutAddresses(prints.trimEnd())),
      ]);
      if (isError) expect([writes(did.requests), did.output]).toEqual([{}, expect.not.stringMatching(/^\s+at /m)]);
      else if (/\bpulumi up\b/.test(script)) {
        isNew = false;
        const again = await example.run(secondUp(script), { isPreviewed: false });
        expect([again.ok, writes(again.requests), again.output]).toEqual([true, {}, expect.any(String)]);
      }
    }
    expect(example.account()).toEqual(left(before));
  } finally {
    await example.end();
  }
}

/** Of the example's own program: the one of `--cwd` has no addresses. */
const secondUp = (script: string): string =>
  script
    .replace(/^\s*pulumi (stack init|config set|.* --cwd) .*$/gm, "")
    .replace(/\bpulumi up\b/g, "pulumi up --expect-no-changes");

/** Which address comes first is up to the engine. */
const withoutAddresses = (text: string): string =>
  text.replace(/\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}\b|\b\d+(\.\d+){3}\b/g, "<address>");

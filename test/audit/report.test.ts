import type { Audit, Finding, Suspect } from "../../src/audit/audit";
import { jsonReport, report } from "../../src/audit/report";

const nothing: Audit = { managed: 1, shared: [], suspects: [], possible: [], unattached: [], others: [] };
const finding = (address: string, more: Partial<Finding> = {}): Finding => ({
  address,
  family: "IPv4",
  access: "public",
  ptrRecord: "mail.example.com",
  reason: "floating",
  ...more,
});
const suspect = (address: string, more: Partial<Suspect> = {}): Suspect => ({
  ...finding(address),
  reason: "extra-beside-managed",
  stack: "prod",
  ...more,
});
const resource = { urn: "urn", name: "mail" };
const all = false;

test("the report has two sentences if every address is managed", () => {
  expect(report(nothing, { all })).toBe(
    "No address looks like the result of an interrupted create.\n\nThese stacks manage 1 address of the account.\n",
  );
});

test("other addresses are counted by reason, and listed on request, even without a server", () => {
  const others = [finding("198.51.100.2"), finding("198.51.100.10"), finding("10.0.0.2", { reason: "internal" })];
  expect(report({ ...nothing, others }, { all })).toMatch(
    /but not these:\n\n {3}2 {2}a floating address\n {3}1 {2}on the internal network\n\nTo list them, pass --all\.\n$/,
  );
  const listed = report({ ...nothing, others }, { all: true });
  expect(listed).toContain(`
  A floating address:

    SERVER  ADDRESS        FAMILY  ACCESS  PTR RECORD
    none    198.51.100.2   IPv4    public  mail.example.com
            198.51.100.10  IPv4    public  mail.example.com
`);
  expect(listed).not.toContain("--all");
});

test("many addresses need one line each, by reason and server, and each sentence is there once", () => {
  const suspects = Array.from({ length: 65 }, (_, index) =>
    suspect(`198.51.100.${index}`, { server: index % 2 === 0 ? "even" : "odd" }),
  );
  const lines = report({ ...nothing, suspects }, { all }).split("\n");
  expect(lines.length).toBeLessThan(65 + 15);
  expect(lines.filter((line) => /198\.51\.100\.\d/.test(line))).toHaveLength(65);
  expect(lines.filter((line) => /even|odd/.test(line)).map((line) => line.trim())).toEqual([
    expect.stringMatching(/^even {4}198\.51\.100\.0 /),
    expect.stringMatching(/^odd {5}198\.51\.100\.1 /),
  ]);
  const sentences = lines.filter((line) => /[a-z]{3}.* [a-z]{3}/.test(line) && !line.includes("198.51.100."));
  expect(sentences).toEqual([...new Set(sentences)]);
});

test("suspects name the resource, its current address and the time of the assign", () => {
  const at = "2026-01-02T03:04:05.678Z";
  const suspects = [
    suspect("198.51.100.2", { reason: "state-match", resource: { ...resource, has: "198.51.100.9" } }),
    suspect("198.51.100.3", { reason: "journal-result", resource, at }),
  ];
  const text = report({ ...nothing, suspects }, { all });
  expect(text).toMatch(/^2 addresses look like the result of an interrupted create:/);
  expect(text).toContain('  Like an interrupted create in the state of stack "prod":');
  expect(text).toMatch(/198\.51\.100\.2 .* "mail", which has 198\.51\.100\.9 now\n/);
  expect(text).toContain("A resource that has another address now would release that one");
  expect(text).toContain('  In this machine\'s journal, as the result of an assign of stack "prod":');
  expect(text).toMatch(/RESOURCE {2}ASSIGNED AT\n.*198\.51\.100\.3 .* "mail" {4}2026-01-02T03:04:05\.678Z\n/);
  expect(text).toContain('To keep one of them, add `adopt: "ADDRESS"`');
  expect(text).not.toContain("compare");
});

test("only IPv6 suspects need a comparison with the server's own address", () => {
  const suspects = [suspect("2001:db8::2", { family: "IPv6", mayBeServersOwn: true })];
  expect(report({ ...nothing, suspects }, { all })).toContain("compare before you adopt it.");
});

test("possibly lost addresses are listed, and nothing proposes to adopt them", () => {
  const possible = [finding("198.51.100.4", { reason: "extra-elsewhere" })];
  const text = report({ ...nothing, possible }, { all });
  expect(text).toContain("\n1 address may be the result of an interrupted create, or belong");
  expect(text).toContain("198.51.100.4");
  expect(text).not.toContain("adopt");
});

test("an address of several resources comes first, with each of them", () => {
  const resources = ["prod", "old"].map((stack) => `urn:pulumi:${stack}::web::type::mail`);
  const text = report({ ...nothing, shared: [{ address: "198.51.100.2", resources }] }, { all });
  expect(text).toMatch(
    /^1 address belongs to several resources\. Only one can own it: remove the others with `pulumi state delete`:\n\n {2}198\.51\.100\.2 {2}"mail" of stack "prod", "mail" of stack "old"\n\nNo address looks/,
  );
});

test.each([true, false])("in JSON the other addresses are counted, and listed on request: %s", (listed) => {
  const others = [finding("198.51.100.2")];
  const { others: given, ...found } = JSON.parse(jsonReport({ ...nothing, others }, { all: listed }));
  expect(found).toEqual({ shared: [], suspects: [], possible: [], unattached: [], managedCount: 1, otherCount: 1 });
  expect(given).toEqual(listed ? others : undefined);
});

import type { Audit, Finding } from "../../src/audit/audit";
import { jsonReport, report } from "../../src/audit/report";

const nothing: Audit = { managed: 1, shared: [], suspects: [], possible: [], others: [] };
const finding = (address: string): Finding => ({
  address,
  family: "IPv4",
  access: "public",
  ptrRecord: "mail.example.com",
  why: "a floating address",
});
const line = (address: string) => ({ ...finding(address), adopt: `adopt: "${address}"` });

test("the report has two sentences if every address is managed", () => {
  expect(report(nothing, { all: false })).toBe(
    "No address looks like the result of an interrupted create.\n\nThese stacks manage 1 address of the account.\n",
  );
});

test("other addresses are counted by reason, and listed on request, even without a server", () => {
  const others = [finding("198.51.100.2"), finding("198.51.100.10"), { ...finding("10.0.0.2"), why: "internal" }];
  expect(report({ ...nothing, others }, { all: false })).toMatch(
    /but not these:\n\n {2}2 {2}a floating address\n {2}1 {2}internal\n\nTo list them, pass --all\.\n$/,
  );
  const listed = report({ ...nothing, others }, { all: true });
  expect(listed).toContain(
    "  ADDRESS        FAMILY  ACCESS  SERVER  PTR RECORD\n  198.51.100.2   IPv4    public  none    mail.example.com\n      a floating address\n",
  );
  expect(listed).not.toContain("--all");
});

test("suspects and possibly lost addresses are separate, with the resource and its current address", () => {
  const resource = { urn: "urn", name: "mail", has: "198.51.100.9" };
  const suspects = [{ ...line("198.51.100.2"), resource }, line("198.51.100.3")];
  const text = report({ ...nothing, suspects, possible: [line("198.51.100.4")] }, { all: false });
  expect(text).toMatch(/^2 addresses look like the result of an interrupted create:/);
  expect(text).toContain(
    'line: adopt: "198.51.100.2"   in "mail"\n      note: "mail" now has 198.51.100.9, which adopting would release',
  );
  expect(text).toContain("\n1 address may be the result of an interrupted create, or belong");
  expect(text).toContain("To keep an address, add its line");
});

test("an address of several resources comes first, with each of them", () => {
  const resources = ["prod", "old"].map((stack) => `urn:pulumi:${stack}::web::type::mail`);
  const text = report({ ...nothing, shared: [{ address: "198.51.100.2", resources }] }, { all: false });
  expect(text).toMatch(
    /^1 address belongs to several resources\. Only one can own it: remove the others with `pulumi state delete`:\n\n {2}198\.51\.100\.2\n {6}"mail" of stack "prod"\n {6}"mail" of stack "old"\n\nNo address looks/,
  );
});

test.each([true, false])("in JSON the other addresses are counted, and listed on request: %s", (all) => {
  const others = [finding("198.51.100.2")];
  const { others: given, ...found } = JSON.parse(jsonReport({ ...nothing, others }, { all }));
  expect(found).toEqual({ shared: [], suspects: [], possible: [], managedCount: 1, otherCount: 1 });
  expect(given).toEqual(all ? others : undefined);
});

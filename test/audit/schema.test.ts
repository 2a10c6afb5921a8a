import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { reasons } from "../../src/audit/reasons";
import { jsonReport } from "../../src/audit/report";

const schema = JSON.parse(readFileSync(join(__dirname, "../../docs/audit.schema.json"), "utf8"));
const isValid = new Ajv({ formats: { "date-time": true } }).compile(schema);

const finding = { address: "198.51.100.2", family: "IPv4", access: "public", ptrRecord: "" } as const;
const suspect = { ...finding, reason: "journal-result", stack: "prod" } as const;
const whole = {
  managed: 1,
  shared: [{ address: "198.51.100.1", resources: ["urn:1", "urn:2"] }],
  suspects: [
    {
      ...suspect,
      server: "uuid",
      resource: { urn: "urn:3", name: "mail", has: "198.51.100.9" },
      at: "2026-01-02T03:04:05.678Z",
      mayBeServersOwn: true as const,
    },
  ],
  possible: [{ ...finding, reason: "changed-ptr-record" as const }],
  unattached: [{ ...finding, reason: "unattached" as const }],
  others: [{ ...finding, reason: "only-read" as const, stack: "prod", resource: { urn: "urn:4", name: "read" } }],
};

test("the schema knows every reason", () => {
  expect(schema.$defs.reason.oneOf.map((one: { const: string }) => one.const)).toEqual(reasons);
});

test("the output with every property is valid", () => {
  const output = JSON.parse(jsonReport(whole, { all: true }));
  isValid(output);
  expect(isValid.errors).toBeNull();
});

test.each<[string, (output: ReturnType<typeof JSON.parse>) => void]>([
  ["without a count", (output) => delete output.managedCount],
  ["with an unknown reason", (output) => Object.assign(output.possible[0], { reason: "because" })],
  ["with a suspect of no stack", (output) => delete output.suspects[0].stack],
  ["with a property that is not documented", (output) => Object.assign(output.others[0], { adopt: "198.51.100.2" })],
])("an output %s is not", (_, spoil) => {
  const output = JSON.parse(jsonReport(whole, { all: true }));
  spoil(output);
  expect(isValid(output)).toBe(false);
});

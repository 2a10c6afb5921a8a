import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { checkServerIpAddress } from "../../../src/provider/serverIpAddress/check";
import { mail } from "../../support/demoServers";
import { isAcceptable } from "./support/inputOracle";
import { nearMiss, spelled } from "./support/inputValues";

const runs = process.env.SOAK === "1" ? 100_000 : 5_000;
const properties = ["server", "family", "access", "ptrRecord", "adopt", "powerCycle", "timeouts"] as const;
const inputs = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.dictionary(
      fc.oneof(fc.constantFrom(...properties, "__proto__", "constructor", "toString"), fc.string()),
      fc.anything(),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .anything({ withNullPrototype: true, withBigInt: true, withMap: true, withDate: true })
      .map((value) => ({ ...spelledOnce, ptrRecord: value })),
  },
  { weight: 6, arbitrary: nearMiss },
  { weight: 3, arbitrary: spelled.map(({ declared }) => declared) },
);
const spelledOnce = { server: mail };
const accepts = (declared: Record<string, unknown>) => checkServerIpAddress(declared).failures.length === 0;

test(`of ${runs} arbitrary inputs check passes exactly those that UpCloud's documentation and the RFCs accept`, () => {
  fc.assert(
    fc.property(inputs, (declared) => accepts(declared) === isAcceptable(declared)),
    { numRuns: runs },
  );
}, 300_000);

test(`${runs} valid inputs pass in every spelling, come out canonical, and stay so when they are checked again`, () => {
  fc.assert(
    fc.property(spelled, ({ declared, canonical }) => {
      const once = checkServerIpAddress(declared);
      const twice = checkServerIpAddress(once.inputs);
      return [once, twice].every((checked) => isDeepStrictEqual(checked, { inputs: canonical, failures: [] }));
    }),
    { numRuns: runs },
  );
}, 300_000);

test.each([
  ["a prototype", JSON.parse(`{ "server": "${mail}", "__proto__": { "family": "IPv4" } }`)],
  ["a name of 10 million characters", { ...spelledOnce, ptrRecord: "a.".repeat(5_000_000) }],
  ["a duration of 2 million characters", { ...spelledOnce, timeouts: { create: "1h".repeat(1_000_000) } }],
  ["a duration of 10 million digits", { ...spelledOnce, timeouts: { create: "1".repeat(10_000_000) } }],
  ["a property with a name of a million characters", { ...spelledOnce, ["x".repeat(1_000_000)]: 1 }],
  ["an address of 10 million characters", { ...spelledOnce, adopt: "0:".repeat(5_000_000) }],
  ["an object that has itself inside", { ...spelledOnce, powerCycle: circular() }],
])("%s is refused within seconds", (_, declared) => {
  expect(accepts(declared)).toBe(false);
});

function circular() {
  const value: Record<string, unknown> = {};
  value.itself = value;
  return value;
}

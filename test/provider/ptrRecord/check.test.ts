import * as fc from "fast-check";
import { unknownValue } from "../../../src/model/unknown";
import { checkPtrRecord } from "../../../src/provider/ptrRecord/check";

const [address, ptrRecord] = ["198.51.100.7", "mail.example.com"];
const refusal = (declared: Record<string, unknown>) =>
  checkPtrRecord(declared).failures.map(({ property, reason }) => `${property}: ${reason}`);

test("values come out in their canonical form", () => {
  const declared = { address: "2001:DB8:0:0:0:0:0:00fF", ptrRecord: "Mail.Example.COM.", timeouts: null };
  expect(checkPtrRecord(declared)).toEqual({ inputs: { address: "2001:db8::ff", ptrRecord }, failures: [] });
});

test.each([
  [true],
  [false],
  [{}],
  [{ timeoutSeconds: 1 }],
  [{ timeoutSeconds: 3600 }],
  [{ timeoutSeconds: unknownValue }],
])("waitForForwardRecord %j is accepted", (waitForForwardRecord) => {
  expect(refusal({ address, ptrRecord, waitForForwardRecord })).toEqual([]);
});

test.each(["address", "ptrRecord", "waitForForwardRecord", "timeouts"])("an unknown %s passes as it is", (property) => {
  const { inputs, failures } = checkPtrRecord({ address, ptrRecord, [property]: unknownValue });
  expect(failures).toEqual([]);
  expect(inputs).toHaveProperty(property, unknownValue);
});

describe("refused inputs name the property, the expectation and the value", () => {
  const anAddress = "a public IP address of the account, such as 198.51.100.7";
  const aName = "a fully qualified domain name such as mail.example.com";
  const waiting = "true, false or { timeoutSeconds: 1 to 3600 }";
  test.each<[Record<string, unknown>, string[]]>([
    [
      {},
      [
        `address: expected ${anAddress}, got nothing: set \`address\``,
        `ptrRecord: expected ${aName}, got nothing: set \`ptrRecord\``,
      ],
    ],
    [{ address: "198.51.100", ptrRecord }, [`address: expected ${anAddress}, got "198.51.100"`]],
    [{ address: 7, ptrRecord }, [`address: expected ${anAddress}, got 7`]],
    [
      { address, ptrRecord: "" },
      [`ptrRecord: expected ${aName}, got "": remove the resource to restore the previous record`],
    ],
    [{ address, ptrRecord: "mail" }, [`ptrRecord: expected ${aName}, got "mail": add the domain`]],
    [{ address, ptrRecord, waitForForwardRecord: "yes" }, [`waitForForwardRecord: expected ${waiting}, got "yes"`]],
    [
      { address, ptrRecord, waitForForwardRecord: { seconds: 5 } },
      [`waitForForwardRecord: expected ${waiting}, got {"seconds":5}: seconds is not a property of it`],
    ],
    [
      { address, ptrRecord, server: "web" },
      [
        'server: expected one of address, ptrRecord, waitForForwardRecord, timeouts, got the property "server": remove it',
      ],
    ],
    [
      { address, ptrRecord, adress: "198.51.100.7" },
      [
        'adress: expected one of address, ptrRecord, waitForForwardRecord, timeouts, got the property "adress": did you mean address?',
      ],
    ],
  ])("%j", (declared, expected) => {
    expect(refusal(declared)).toEqual(expected);
  });

  test.each([0, 3601, 1.5, "60"])("a wait of %p seconds is refused", (timeoutSeconds) => {
    expect(refusal({ address, ptrRecord, waitForForwardRecord: { timeoutSeconds } })).toHaveLength(1);
  });
});

test("check of arbitrary inputs never throws, and gives a reason for each refusal", () => {
  const property = fc.oneof(fc.constantFrom("address", "ptrRecord", "waitForForwardRecord", "timeouts"), fc.string());
  fc.assert(
    fc.property(fc.dictionary(property, fc.anything()), (declared) => {
      for (const { reason } of checkPtrRecord(declared).failures) expect(reason).toMatch(/^expected .+, got /s);
    }),
    { numRuns: 1000 },
  );
});

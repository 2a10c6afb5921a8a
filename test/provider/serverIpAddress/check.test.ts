import fc from "fast-check";
import { unknownValue } from "../../../src/model/unknown";
import { checkServerIpAddress } from "../../../src/provider/serverIpAddress/check";
import { mail } from "../../support/demoServers";

const server = mail;

const refusal = (declared: Record<string, unknown>) => {
  const { failures } = checkServerIpAddress(declared);
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
};

describe("accepted inputs", () => {
  test("defaults are filled in", () => {
    expect(checkServerIpAddress({ server })).toEqual({
      inputs: { server, family: "IPv4", access: "public" },
      failures: [],
    });
  });

  test("values come out in their canonical form", () => {
    const { inputs, failures } = checkServerIpAddress({
      server: server.toUpperCase(),
      family: "IPv6",
      ptrRecord: "Mail.Example.COM.",
      adopt: "2001:DB8:0:0:0:0:0:00fF",
    });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      server,
      family: "IPv6",
      access: "public",
      ptrRecord: "mail.example.com",
      adopt: "2001:db8::ff",
    });
  });

  test.each([
    ["the shortest name", "a.b"],
    ["a label of 63 characters", `${"a".repeat(63)}.example.com`],
    ["a label of digits", "192-0-2-1.4.example.com"],
    ["a name in punycode", "xn--bcher-kva.example"],
    ["a name of 253 characters", `${"a.".repeat(126)}b`],
  ])("%s is a PTR record", (_, ptrRecord) => {
    expect(refusal({ server, ptrRecord })).toEqual([]);
  });

  test.each([[true], [false], [{}], [{ stopType: "hard" }], [{ stopType: "soft", timeoutSeconds: 600 }]])(
    "powerCycle %j is accepted",
    (powerCycle) => {
      expect(refusal({ server, powerCycle })).toEqual([]);
    },
  );

  test.each(["10m", "1h30m", "45s", "500ms", "1.5h"])("a timeout of %s is accepted", (create) => {
    expect(refusal({ server, timeouts: { create } })).toEqual([]);
  });

  test("what is left out as undefined or null stays out", () => {
    const { inputs } = checkServerIpAddress({ server, ptrRecord: undefined, adopt: null });
    expect(inputs).toEqual({ server, family: "IPv4", access: "public" });
  });

  test.each(["server", "family", "access", "ptrRecord", "adopt", "powerCycle", "timeouts"])(
    "an unknown %s passes as it is",
    (property) => {
      const { inputs, failures } = checkServerIpAddress({ server, [property]: unknownValue });
      expect(failures).toEqual([]);
      expect(inputs).toHaveProperty(property, unknownValue);
    },
  );

  test("unknown values inside powerCycle and timeouts pass", () => {
    const nested = {
      powerCycle: { stopType: unknownValue, timeoutSeconds: unknownValue },
      timeouts: { create: unknownValue },
    };
    expect(refusal({ server, ...nested })).toEqual([]);
  });
});

describe("refused inputs name the property, the expectation and the value", () => {
  const uuid = "the UUID of a server, such as 009d64ef-31d1-4684-a26b-c86c955cbf46";
  const name = "a fully qualified domain name such as mail.example.com";
  const copy = "copy it from UpCloud's control panel or from `upctl server list`";
  test.each<[Record<string, unknown>, string]>([
    [{}, `server: expected ${uuid}, got nothing: set \`server\``],
    [{ server: "web" }, `server: expected ${uuid}, got "web": ${copy}`],
    [{ server: 7 }, `server: expected ${uuid}, got 7: ${copy}`],
    [{ server, family: "ipv4" }, 'family: expected "IPv4" or "IPv6", got "ipv4"'],
    [{ server, access: "internal" }, 'access: expected "public" or "private" or "utility", got "internal"'],
    [
      { server, ptrRecord: "" },
      `ptrRecord: expected ${name}, got "": omit \`ptrRecord\` to get UpCloud's default name`,
    ],
    [{ server, ptrRecord: "mail" }, `ptrRecord: expected ${name}, got "mail": add the domain`],
    [{ server, ptrRecord: ["a.b"] }, `ptrRecord: expected ${name}, got ["a.b"]`],
    [
      { server, ptrRecord: "bücher.example" },
      `ptrRecord: expected ${name}, got "bücher.example": write it as "xn--bcher-kva.example"`,
    ],
    [
      { server, ptrRecord: "mail bücher.example" },
      `ptrRecord: expected ${name}, got "mail bücher.example": use ASCII letters, digits and hyphens only`,
    ],
    [
      { server, ptrRecord: "bücher!.example" },
      `ptrRecord: expected ${name}, got "bücher!.example": use ASCII letters, digits and hyphens only`,
    ],
    [
      { server, ptrRecord: "192.0.2.1" },
      `ptrRecord: expected ${name}, got "192.0.2.1": a top-level domain is never a number`,
    ],
    [
      { server, adopt: "198.51.100" },
      'adopt: expected an IP address that is already on the server, such as 198.51.100.7, got "198.51.100"',
    ],
    [
      { server, adopt: "2001:db8::1" },
      'adopt: expected an IPv4 address to match `family`, got "2001:db8::1": correct `family` or `adopt`',
    ],
    [
      { server, family: "IPv6", access: "private" },
      'family: expected "IPv4" with access "private", got "IPv6": UpCloud\'s internal network has IPv4 addresses only',
    ],
    [
      { server, access: "utility", ptrRecord: "a.example.com" },
      'ptrRecord: expected no ptrRecord with access "utility", got "a.example.com": only public addresses have PTR records',
    ],
    [
      { server, powerCycle: "yes" },
      'powerCycle: expected true, false or { stopType: "soft" | "hard", timeoutSeconds: 1 to 600 }, got "yes"',
    ],
    [
      { server, powerCycle: { stopTyp: "soft" } },
      'powerCycle: expected true, false or { stopType: "soft" | "hard", timeoutSeconds: 1 to 600 }, got {"stopTyp":"soft"}: stopTyp is not a property of it',
    ],
    [
      { server, timeouts: { create: "soon" } },
      'timeouts: expected durations such as { create: "10m", update: "5m", delete: "1h30m" }, got {"create":"soon"}: create is not a duration from 1ms to 24.8 days',
    ],
    [
      { server, ptrRecords: "a.example.com" },
      'ptrRecords: expected one of server, family, access, ptrRecord, adopt, powerCycle, releasePolicy, timeouts, got the property "ptrRecords": did you mean ptrRecord?',
    ],
    [
      { server, adress: "198.51.100.7" },
      'adress: expected one of server, family, access, ptrRecord, adopt, powerCycle, releasePolicy, timeouts, got the property "adress": remove it',
    ],
    [
      { server, colour: "red" },
      'colour: expected one of server, family, access, ptrRecord, adopt, powerCycle, releasePolicy, timeouts, got the property "colour": remove it',
    ],
  ])("%j", (declared, expected) => {
    expect(refusal(declared)).toEqual([expected]);
  });

  test.each([
    ["a label of 64 characters", `${"a".repeat(64)}.example.com`],
    ["a name of 254 characters", `${"a.".repeat(126)}bc`],
    ["an underscore", "mail_1.example.com"],
    ["a hyphen at the start of a label", "-mail.example.com"],
    ["a hyphen at the end of a label", "mail-.example.com"],
    ["an empty label", "mail..example.com"],
    ["a space", "mail example.com"],
    ["a wildcard", "*.example.com"],
    ["two dots at the end", "mail.example.com.."],
  ])("a PTR record with %s is refused", (_, ptrRecord) => {
    expect(refusal({ server, ptrRecord })).toHaveLength(1);
  });

  test.each([0, 601, 1.5, "60", Number.NaN])("a stop timeout of %p seconds is refused", (timeoutSeconds) => {
    expect(refusal({ server, powerCycle: { timeoutSeconds } })).toHaveLength(1);
  });

  test.each(["", "10", "m", "-5m", "10 m", "0s", "9999h", "10d"])("a timeout of %j is refused", (create) => {
    expect(refusal({ server, timeouts: { create } })).toHaveLength(1);
  });

  test("a long value is cut", () => {
    const [reason = ""] = refusal({ server: "x".repeat(10_000) });
    expect(reason.length).toBeLessThan(400);
  });
});

test.each([
  ["a function", () => 1, "got () => 1"],
  ["a symbol", Symbol("mail"), "got Symbol(mail)"],
  ["a big number", 7n, "got a bigint"],
])("%s, which is not JSON, is shown in the reason", (_, server, shown) => {
  const { failures } = checkServerIpAddress({ server });
  expect(failures.map(({ reason }) => reason)).toEqual([expect.stringContaining(shown)]);
});

test("check of arbitrary inputs never throws, and gives a reason for each refusal", () => {
  const anything = fc.dictionary(
    fc.oneof(
      fc.constantFrom("server", "family", "access", "ptrRecord", "adopt", "powerCycle", "timeouts"),
      fc.string(),
    ),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, (declared) => {
      for (const { property, reason } of checkServerIpAddress(declared).failures) {
        expect(property).not.toBeUndefined();
        expect(reason).toMatch(/^expected .+, got /s);
      }
    }),
    { numRuns: 2000 },
  );
});

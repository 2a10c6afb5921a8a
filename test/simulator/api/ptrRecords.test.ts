import { send, startTestSimulator } from "../support/api";
import { addresses, testSeed } from "../support/testSeed";

describe.each(["1.2", "1.3"] as const)("API %s", (version) => {
  const path = (rest: string) => `/${version}${rest}`;

  test.each(["PUT", "PATCH"])(
    "%s changes the PTR record of an address on a running server, and nothing else",
    async (method) => {
      const simulator = await startTestSimulator({ seed: testSeed });
      const before = simulator.account.listIpAddresses();
      const change = { ip_address: { ptr_record: "Mail.example.com" } };
      const { status, body } = await send(simulator, method, path(`/ip_address/${addresses.running}`), change);
      expect([status, body.ip_address.ptr_record]).toEqual([202, "Mail.example.com"]);
      expect(simulator.account.listIpAddresses()).toEqual(
        before.map((one) => (one.address === addresses.running ? { ...one, ptrRecord: "Mail.example.com" } : one)),
      );
    },
  );

  test.each([
    ["keeps the dot", { ptrTrailingDot: "keep" }, "a.example.com.", "a.example.com."],
    ["removes the dot", { ptrTrailingDot: "strip" }, "a.example.com.", "a.example.com"],
    ["lower-cases the letters", { ptrUpperCase: "lower" }, "A.Example.com", "a.example.com"],
    ["accepts the underscores", { ptrUnderscore: "keep" }, "_a.example.com", "_a.example.com"],
    ["resets to the default for the empty name", { ptrEmpty: "reset" }, "", "203-0-113-22.fi-hel1.upcloud.host"],
  ] as const)("with a rule, UpCloud %s of a PTR record", async (_, rules, sent, stored) => {
    const simulator = await startTestSimulator({ seed: testSeed, rules });
    await send(simulator, "PUT", path(`/ip_address/${addresses.off}`), {
      ip_address: { ptr_record: "old.example.com" },
    });
    const { body } = await send(simulator, "PUT", path(`/ip_address/${addresses.off}`), {
      ip_address: { ptr_record: sent },
    });
    expect(body.ip_address?.ptr_record).toBe(stored);
  });
});

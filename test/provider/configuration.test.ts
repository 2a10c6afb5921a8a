import { web } from "../support/demoServers";
import { Machine } from "../support/operation";

let machine: Machine;
beforeEach(async () => {
  machine = await Machine.start();
});
afterEach(() => machine.end());

async function check(config: Record<string, string>, declared: object = {}) {
  const { provider } = machine.operation();
  await provider.configure({ config: { get: (key: string) => config[key], require: String } as never });
  return provider.check({}, { server: web, ...declared });
}

test.each([
  [
    { "upcloud:requestTimeout": "5" },
    'Expected upcloud:requestTimeout to be a duration from 1s to 10m, such as "30s", got "5".',
  ],
  [{ "upcloud:apiVersion": "9.9" }, 'Expected upcloud:apiVersion to be 1.2 or 1.3, got "9.9".'],
  [
    { "upcloud:apiBaseUrl": "foo" },
    expect.stringContaining('Expected upcloud:apiBaseUrl to be a URL such as https://api.upcloud.com, got "foo"'),
  ],
  [
    { "upcloud:token": "ucat_demo", "upcloud:username": "demo" },
    expect.stringContaining("Expected one kind of credentials in the stack's configuration, got upcloud:token and"),
  ],
  [{ "upcloud:powerCycle": "maybe" }, expect.stringContaining("upcloud:powerCycle in the stack's configuration")],
])("a configuration of %j fails each check, whatever else is declared", async (config, reason) => {
  const { failures } = await check(config, { releasePolicy: "keep" });
  expect(failures).toEqual([{ property: "", reason }]);
});

test("missing credentials fail no check", async () => {
  const { provider } = machine.operation(undefined, "1.2", { env: { UPCLOUD_TOKEN: "" } });
  expect((await provider.check({}, { server: web })).failures).toEqual([]);
});

test("a misspelt key is told once, with the one that was meant", async () => {
  const { provider } = machine.operation();
  const __program = JSON.stringify({ preview: false, onServer: 1, urn: "urn", unknownKeys: ["upcloud:tokn"] });
  for (let count = 0; count < 2; count++) await provider.check({}, { server: web, __program });
  expect(machine.said).toEqual([expect.stringContaining("did you mean upcloud:token?")]);
});

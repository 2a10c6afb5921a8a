import { loadUndici } from "../../src/api/undici";
import { startSimulator } from "../../src/simulator";

/** As `require` is where the name is one that undici no longer has. */
function without(missing: RegExp): { load: NodeJS.Require; loaded: string[] } {
  const loaded: string[] = [];
  const load = (name: string) => {
    if (missing.test(name))
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
    loaded.push(name);
    return require(name);
  };
  return { load: load as NodeJS.Require, loaded };
}

test.each([
  ["undici's parts are loaded, and not its index", /^$/, false],
  ["where one of the parts has moved, the index serves", /api-request/, true],
  ["where the last of them has, too", /core\/connect/, true],
])("%s", async (_, missing, isWhole) => {
  const { load, loaded } = without(missing);
  const { Pool, buildConnector, request } = loadUndici(load);
  expect(loaded.includes("undici")).toBe(isWhole);
  const simulator = await startSimulator();
  const pool = new Pool(simulator.url, { connect: buildConnector({}) });
  try {
    const headers = { authorization: `Bearer ${simulator.credentials.token}` };
    const { statusCode, body } = await request(pool, { method: "GET", path: "/1.2/ip_address", headers });
    expect([statusCode, await body.json()]).toEqual([200, { ip_addresses: expect.anything() }]);
  } finally {
    await pool.close();
    await simulator.stop();
  }
});

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { isEngineAlive } from "../../../src/provider/runtime/engine";

test("an engine that listens is alive, and one that has ended is not", async () => {
  const engine = createServer().listen(0, "127.0.0.1");
  await once(engine, "listening");
  const address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
  expect(await isEngineAlive(address)).toBe(true);
  engine.close();
  await once(engine, "close");
  expect(await isEngineAlive(address)).toBe(false);
});

test.each([undefined, "", "--flag", "localhost"])(
  "without an address (%s) nothing is known against it",
  async (address) => {
    expect(await isEngineAlive(address)).toBe(true);
  },
);

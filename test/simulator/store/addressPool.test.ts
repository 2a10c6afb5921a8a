import { AddressPool, type PoolState } from "../../../src/simulator/store/addressPool";

const zone = "fi-hel1";
const freshState = (): PoolState => ({ blocks: 0, macs: 0, zones: {} });

function poolWith(taken: string[] = [], state = freshState()) {
  const isTaken = new Set(taken);
  return { pool: new AddressPool(state, (one) => isTaken.has(one)), isTaken, state };
}

describe("a public address", () => {
  test("is the next one that is not in use", () => {
    const { pool } = poolWith(["192.0.2.3"]);
    const addresses = [1, 2, 3].map(() => pool.allocate(zone, "IPv4", "public")?.address);
    expect(addresses).toEqual(["192.0.2.2", "192.0.2.4", "192.0.2.5"]);
  });

  test("that was released is allocated next, unless it is in use again", () => {
    const { pool, isTaken } = poolWith();
    const [first, second] = [1, 2].map(() => pool.allocate(zone, "IPv4", "public")?.address as string) as [
      string,
      string,
    ];
    pool.release(zone, "IPv4", "public", first);
    pool.release(zone, "IPv4", "public", second);
    isTaken.add(second);
    expect([1, 2].map(() => pool.allocate(zone, "IPv4", "public")?.address)).toEqual([first, "192.0.2.4"]);
  });

  test("is in the next block when one is full, until there are no more blocks", () => {
    const { pool, state } = poolWith();
    for (let host = 0; host < 253; host++) pool.allocate(zone, "IPv4", "public");
    expect(pool.allocate(zone, "IPv4", "public")?.address).toBe("198.51.100.2");
    state.blocks = 515;
    expect(pool.allocate("de-fra1", "IPv4", "public")).toBeUndefined();
    expect(pool.allocate("de-fra1", "IPv6", "public")).toBeDefined();
  });

  test("is not available in a zone without free ones of its family, until one is released", () => {
    const { pool } = poolWith();
    pool.limitZone(zone, { IPv4: 1 });
    const address = pool.allocate(zone, "IPv4", "public")?.address as string;
    expect(pool.allocate(zone, "IPv4", "public")).toBeUndefined();
    pool.release(zone, "IPv4", "public", address);
    expect(pool.allocate(zone, "IPv4", "public")?.address).toBe(address);
  });
});

describe("an IPv6 address", () => {
  test("contains the MAC of its interface, also a given one", () => {
    const { pool } = poolWith();
    expect(pool.allocate(zone, "IPv6", "public")).toEqual({
      address: "2001:db8:1000:310:d845:c4ff:fe5c:2c11",
      mac: "da:45:c4:5c:2c:11",
    });
    expect(pool.allocate(zone, "IPv6", "public", "da:45:c4:00:00:07")).toEqual({
      address: "2001:db8:1000:310:d845:c4ff:fe00:0007",
      mac: "da:45:c4:00:00:07",
    });
  });

  test("that was released gets its former MAC, or a new one if it contains none", () => {
    const { pool } = poolWith();
    const former = pool.allocate(zone, "IPv6", "public");
    pool.release(zone, "IPv6", "public", former?.address as string);
    expect(pool.allocate(zone, "IPv6", "public")).toEqual(former);
    pool.release(zone, "IPv6", "public", "2001:db8:1000:310::7");
    expect(pool.allocate(zone, "IPv6", "public")).toEqual({ address: "2001:db8:1000:310::7", mac: expect.any(String) });
  });

  test("is another one if its former MAC or the address of a new MAC is in use", () => {
    const { pool, isTaken } = poolWith();
    const former = pool.allocate(zone, "IPv6", "public");
    pool.release(zone, "IPv6", "public", former?.address as string);
    isTaken.add(former?.mac as string);
    const next = pool.allocate(zone, "IPv6", "public");
    expect(next?.address).not.toBe(former?.address);
    const { pool: same } = poolWith(["2001:db8:1000:310:d845:c4ff:fe5c:2c11"]);
    expect(same.allocate(zone, "IPv6", "public")).toEqual(next);
  });
});

describe("an internal address", () => {
  test("is in its zone's network, not in use, and the released one first", () => {
    const { pool } = poolWith(["10.1.0.3"]);
    const addresses = [1, 2].map(() => pool.allocate(zone, "IPv4", "private", "da:45:c4:00:00:07")?.address as string);
    expect(addresses).toEqual(["10.1.0.2", "10.1.0.4"]);
    pool.release(zone, "IPv4", "private", "10.1.0.2");
    expect(pool.allocate(zone, "IPv4", "private")?.address).toBe("10.1.0.2");
    expect(pool.allocate("de-fra1", "IPv4", "private")?.address).toBe("10.2.0.2");
  });

  test("is not available in a full zone", () => {
    const { pool, state } = poolWith();
    pool.allocate(zone, "IPv4", "private");
    Object.assign(state.zones[zone] ?? {}, { internalHosts: 64_000 });
    expect(pool.allocate(zone, "IPv4", "private")).toBeUndefined();
  });
});

import { web } from "../../support/demoServers";
import { AssignRig } from "./support/assignRig";

let rig: AssignRig;
beforeEach(async () => {
  rig = await AssignRig.start();
});
afterEach(() => rig.end());

describe("an address that the program adopts", () => {
  test("and that was assigned for another of its resources goes to only one of the two", async () => {
    await rig.killed("before the answer comes", ["a"]);
    const [left] = rig.extras();
    const next = rig.operation();
    const outcomes = await Promise.allSettled([
      next.create("a", { server: web }),
      next.create("b", { server: web, adopt: left as string }),
    ]);
    const ids = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(left);
    expect(rig.extras()).toEqual(ids.sort());
  });

  test("is refused where another resource has just taken it over", async () => {
    await rig.killed("before the answer comes", ["a"]);
    const [left] = rig.extras();
    const next = rig.operation();
    await next.create("a", { server: web });
    await expect(next.create("b", { server: web, adopt: left })).rejects.toThrow(
      "was just taken over by another resource of the program",
    );
  });

  test("twice is refused in check", async () => {
    const { address } = rig.account.assignIpAddress({ server: web });
    const next = rig.operation();
    await next.create("a", { server: web, adopt: address });
    await expect(next.create("b", { server: web, adopt: address })).rejects.toThrow(
      `got \\"${address}\\", which another ServerIpAddress of the program adopts`,
    );
  });

  test("is refused when another resource keeps it, in either order", async () => {
    const saved = await rig.operation().create("a", { server: web });
    const first = rig.operation();
    await first.diff(saved, { server: web });
    await expect(first.create("b", { server: web, adopt: saved.id })).rejects.toThrow(
      "which a ServerIpAddress of the program has",
    );
    const second = rig.operation();
    await second.provider.check({}, { server: web, adopt: saved.id });
    await expect(second.diff(saved, { server: web })).rejects.toThrow(`Address ${saved.id} belongs to this resource`);
  });

  test("is accepted when the other resource that has it is being replaced", async () => {
    const saved = await rig.operation().create("a", { server: web });
    const next = rig.operation();
    expect(await next.diff(saved, { server: web, family: "IPv6" })).toMatchObject({ replaces: ["family"] });
    expect((await next.create("b", { server: web, adopt: saved.id })).id).toBe(saved.id);
  });
});

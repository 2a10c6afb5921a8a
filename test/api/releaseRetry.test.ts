import { UpCloudError } from "../../src/api/errors/upCloudError";
import { start, statusesOf, web } from "./support/simulatorClient";
import { failureOf } from "./support/testClient";

describe("a release checks the address before a retry", () => {
  async function guarded(isStillOurs: () => Promise<boolean>) {
    const { simulator, client } = await start();
    const { address } = simulator.account.assignIpAddress({ server: web });
    let asked = 0;
    const release = () =>
      client.ipAddresses.release(address, undefined, () => {
        asked++;
        return isStillOurs();
      });
    return { simulator, address, release, asked: () => asked };
  }

  test("and not before the first attempt", async () => {
    const { simulator, release, asked } = await guarded(async () => false);
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[204], 0]);
  });

  test("and leaves an address that is no longer ours", async () => {
    const { simulator, address, release, asked } = await guarded(async () => false);
    simulator.faults.add({ kind: "drop", when: "before-effect", method: "DELETE" });
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[0], 1]);
    expect(simulator.account.getIpAddress(address)).toBeDefined();
  });

  test("each time", async () => {
    const { simulator, address, release, asked } = await guarded(async () => true);
    simulator.faults.add({ kind: "error", status: 503, method: "DELETE", times: 3 });
    await release();
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[503, 503, 503, 204], 3]);
    expect(simulator.account.getIpAddress(address)).toBeUndefined();
  });

  test("and fails if the check fails", async () => {
    const lost = UpCloudError.unanswered({ method: "GET", path: "/1.2/ip_address/x", context: {} }, "closed");
    const { simulator, release, asked } = await guarded(() => Promise.reject(lost));
    simulator.faults.add({ kind: "error", status: 503, method: "DELETE" });
    expect(await failureOf(release())).toBe(lost);
    expect([statusesOf(simulator, "DELETE"), asked()]).toEqual([[503], 1]);
  });

  test("and fails if UpCloud refuses the retry", async () => {
    const { simulator, release } = await guarded(async () => true);
    simulator.faults.add({ kind: "drop", when: "after-effect", method: "DELETE" });
    const error = await failureOf(release());
    expect(error.code).toBe("IP_ADDRESS_NOT_FOUND");
    expect(error.message).not.toContain("tried");
  });
});

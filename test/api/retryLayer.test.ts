import { UpCloudError } from "../../src/api/errors/upCloudError";
import { retryLayer } from "../../src/api/retry";

const call = { method: "GET", path: "/1.2/ip_address", context: {}, read: () => null } as const;
const noSleep = async () => undefined;

test("a programming error is thrown as it is, and nothing is sent again", async () => {
  const bug = new TypeError("bug");
  const next = jest.fn().mockRejectedValue(bug);
  await expect(retryLayer(noSleep, next)(call)).rejects.toBe(bug);
  expect(next).toHaveBeenCalledTimes(1);
});

test("a programming error in a retry is thrown as it is, too", async () => {
  const bug = new TypeError("bug");
  const next = jest.fn().mockRejectedValueOnce(UpCloudError.unanswered(call, "closed")).mockRejectedValue(bug);
  await expect(retryLayer(noSleep, next)(call)).rejects.toBe(bug);
  expect(next).toHaveBeenCalledTimes(2);
});

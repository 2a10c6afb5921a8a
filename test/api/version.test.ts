import type { Call } from "../../src/api/call";
import { UpCloudError } from "../../src/api/errors/upCloudError";
import { type CallInVersion, versionLayer } from "../../src/api/version";
import type { ApiVersion } from "../../src/api/wire";

const list: CallInVersion<string> = (version) => ({
  method: version === "1.2" ? "PUT" : "PATCH",
  path: "/ip_address",
  context: {},
  read: String,
});

/** The layer over an UpCloud that refuses these versions. */
function layerOver(refused: ApiVersion[], apiVersion: ApiVersion, code = "API_VERSION_OBSOLETE") {
  const sent: string[] = [];
  const changes: string[] = [];
  const onVersionChange = (from: string, to: string) => void changes.push(`${from} -> ${to}`);
  const next = async <T>(call: Call<T>) => {
    sent.push(`${call.method} ${call.path}`);
    await null;
    if (refused.some((version) => call.path.startsWith(`/${version}/`))) {
      throw UpCloudError.refused(call, { status: 404, code }, "");
    }
    return call.read("done");
  };
  return { send: versionLayer({ apiVersion, onVersionChange }, next), sent, changes };
}

test.each([
  ["1.2", "PUT /1.2/ip_address"],
  ["1.3", "PATCH /1.3/ip_address"],
] as const)("a call is sent in the chosen version, %s", async (apiVersion, request) => {
  const { send, sent, changes } = layerOver([], apiVersion);
  expect(await send(list)).toBe("done");
  expect([sent, changes]).toEqual([[request], []]);
});

test.each(["API_VERSION_OBSOLETE", "API_VERSION_INVALID"])(
  "%s for 1.2 sends the call again in 1.3, and later calls only in 1.3",
  async (code) => {
    const { send, sent } = layerOver(["1.2"], "1.2", code);
    expect(await send(list)).toBe("done");
    await send(list);
    expect(sent).toEqual(["PUT /1.2/ip_address", "PATCH /1.3/ip_address", "PATCH /1.3/ip_address"]);
  },
);

test("several calls at once report the change once", async () => {
  const { send, sent, changes } = layerOver(["1.2"], "1.2");
  await Promise.all([send(list), send(list), send(list)]);
  expect(changes).toEqual(["1.2 -> 1.3"]);
  expect(sent).toHaveLength(6);
});

test.each<[string, ApiVersion[], ApiVersion, string, number]>([
  ["1.3 that UpCloud refuses", ["1.3"], "1.3", "API_VERSION_OBSOLETE", 1],
  ["1.3 that UpCloud refuses after 1.2", ["1.2", "1.3"], "1.2", "API_VERSION_INVALID", 2],
  ["another refusal of a call in 1.2", ["1.2"], "1.2", "SERVER_NOT_FOUND", 1],
])("%s is an error", async (_, refused, apiVersion, code, requests) => {
  const { send, sent } = layerOver(refused, apiVersion, code);
  await expect(send(list)).rejects.toMatchObject({ code });
  expect(sent).toHaveLength(requests);
});

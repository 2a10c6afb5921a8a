import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseState, readStateFile } from "../../src/state/stackState";
import { ciphertext, pendingCreate, resource, stackExport, stackResource, urnOf } from "../audit/support/stackFixture";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const parse = (state: object) => parseState(JSON.stringify(state), "the state");
const folder = mkdtempSync(join(tmpdir(), "stack-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("an address in the state has its id, server and flags, unless it is released already", () => {
  const { addresses, urnPrefix } = parse(
    stackExport([
      resource("mail", "198.51.100.7", { server }),
      resource("mail", "198.51.100.8", { server }, { delete: true }),
      resource("found", "198.51.100.9", { server }, { external: true }),
      resource("released", "198.51.100.10", { server }, { pendingReplacement: true }),
    ]),
  );
  const mail = { type: "ServerIpAddress", urn: urnOf("mail"), server, pendingDelete: false, external: false };
  expect(addresses).toEqual([
    { ...mail, id: "198.51.100.7" },
    { ...mail, id: "198.51.100.8", pendingDelete: true },
    { ...mail, id: "198.51.100.9", urn: urnOf("found"), external: true },
  ]);
  expect(urnPrefix).toBe("urn:pulumi:prod::web::");
});

test("an address that is being deleted before its replacement still counts", () => {
  const replaced = resource("mail", "198.51.100.7", { server }, { pendingReplacement: true });
  const { addresses } = parse(stackExport([replaced], [{ type: "deleting", resource: replaced }]));
  expect(addresses).toMatchObject([{ id: "198.51.100.7", urn: urnOf("mail") }]);
});

test("PTR records are marked as such, and ids of other resources are separate", () => {
  const ptrRecord = { ...resource("ptr", "198.51.100.2", { server }), type: "pulumi-nodejs:dynamic/upcloud:PtrRecord" };
  const floating = { urn: "urn:…", type: "upcloud:index/floatingIpAddress:FloatingIpAddress", id: "203.0.113.9" };
  const { addresses, otherIds } = parse(stackExport([ptrRecord, floating]));
  expect(addresses).toMatchObject([{ type: "PtrRecord", id: "198.51.100.2" }]);
  expect(otherIds).toEqual(["203.0.113.9"]);
});

test("only pending operations on addresses are read, with their inputs", () => {
  const other = { type: "creating", resource: { urn: "urn:…", type: "aws:s3/bucket:Bucket", inputs: {} } };
  const { pendingOperations } = parse(stackExport([], [pendingCreate("mail", { server, family: "IPv6" }), other]));
  expect(pendingOperations).toEqual([
    {
      type: "creating",
      resourceType: "ServerIpAddress",
      urn: urnOf("mail"),
      inputs: expect.objectContaining({ server, family: "IPv6", access: "public" }),
    },
  ]);
});

test("an encrypted value counts as unknown", () => {
  const { addresses, pendingOperations } = parse(
    stackExport(
      [resource("mail", "198.51.100.7", { server: ciphertext })],
      [pendingCreate("web", { server: ciphertext })],
    ),
  );
  expect(addresses[0]).toMatchObject({ id: "198.51.100.7", server: undefined });
  expect(pendingOperations[0]?.inputs.server).toBeUndefined();
});

const { deployment } = stackExport([resource("mail", "198.51.100.7", { server })], [pendingCreate("web", { server })]);

test.each<[string, object]>([
  ["an export", { version: 3, deployment }],
  ["a checkpoint of a backend", { version: 3, checkpoint: { stack: "prod", latest: deployment } }],
  ["a later version", { version: 4, deployment }],
])("%s is read", (_, state) => {
  const { addresses, pendingOperations } = parse(state);
  expect([addresses.length, pendingOperations.length]).toEqual([1, 1]);
});

test.each<[string, object]>([
  ["a stack that was never deployed", { version: 3, deployment: { manifest: {} } }],
  ["an empty export", { version: 3, deployment: null }],
  ["a new checkpoint", { version: 3, checkpoint: { stack: "prod" } }],
  ["an emptied checkpoint", { version: 3, checkpoint: { stack: "prod", latest: null } }],
])("%s contains no address", (_, state) => {
  expect(parse(state)).toEqual({ addresses: [], pendingOperations: [], otherIds: [] });
});

test("an address whose properties Pulumi omitted has no known server", () => {
  const { inputs: _, outputs: __, ...bare } = resource("mail", "198.51.100.7", { server }) as Record<string, unknown>;
  const { addresses } = parse(stackExport([bare]));
  expect(addresses.map(({ id, server, previousPtrRecord }) => [id, server, previousPtrRecord])).toEqual([
    ["198.51.100.7", undefined, undefined],
  ]);
});

test("a stack without addresses has a URN prefix", () => {
  expect(parse({ version: 3, deployment: { resources: [stackResource] } }).urnPrefix).toBe("urn:pulumi:prod::web::");
});

test.each([
  ["no JSON", "name: web"],
  ["another JSON", '{ "version": 3 }'],
  ["null", "null"],
  ["a version before 3", '{ "version": 2, "deployment": {} }'],
  ["no version", '{ "deployment": {} }'],
])("%s is refused, with what was expected", (_, text) => {
  expect(() => parseState(text, "prod.json")).toThrow(
    "prod.json is not the state of a Pulumi stack: expected the JSON of `pulumi stack export`",
  );
});

test("a checkpoint file can be compressed or not", async () => {
  const text = JSON.stringify({ version: 3, checkpoint: { latest: deployment } });
  const files = { "prod.json": text, "prod.json.gz": gzipSync(text) };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    expect((await readStateFile(join(folder, name))).addresses).toHaveLength(1);
  }
});

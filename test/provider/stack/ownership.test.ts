import { remainingHolder } from "../../../src/provider/stack/ownership";
import { type PendingOperation, parseState, type StackState } from "../../../src/state/stackState";
import { resource, stackExport } from "../../audit/support/stackFixture";
import { web } from "../../support/demoServers";

const address = "198.51.100.3";
const [early, late] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];

interface Holder {
  urn: string;
  created?: string;
  type?: "ServerIpAddress" | "PtrRecord";
  external?: boolean;
  pendingDelete?: boolean;
}

const stateOf = (holders: Holder[], deleted: Holder[]): StackState => ({
  addresses: holders.map((one) => ({
    ...{ type: "ServerIpAddress" as const, id: address, server: undefined, pendingDelete: false, external: false },
    ...one,
  })),
  pendingOperations: deleted.map(
    ({ urn, created }): PendingOperation => ({
      ...{ type: "deleting", resourceType: "ServerIpAddress", urn, id: address, created, inputs: {} },
    }),
  ),
  otherIds: [],
});

const [a, b] = [
  { urn: "a", created: early },
  { urn: "b", created: late },
];
const [oldA, oldB] = [{ urn: "a" }, { urn: "b" }];
const replaced = { urn: "b", created: early, pendingDelete: true };

test.each<[string, Holder[], Holder[], string | undefined]>([
  ["the only resource that has it", [a], [a], undefined],
  ["a resource that the state does not have any more", [], [a], undefined],
  ["the resource that was created first, of two", [a, b], [a], "b"],
  ["the resource that was created last, of two", [a, b], [b], "a"],
  ["both", [a, b], [a, b], undefined],
  ["a replaced copy of the resource", [replaced, b], [replaced], "b"],
  ["one of two in a state without times", [oldA, oldB], [oldA], "b"],
  ["both of two in a state without times", [oldA, oldB], [oldA, oldB], undefined],
  ["one without a time, beside one with", [oldA, b], [oldA], "b"],
  [
    "one that only a PtrRecord and a `get` share",
    [a, { ...b, type: "PtrRecord" }, { ...b, external: true }],
    [a],
    undefined,
  ],
])(
  "of an address that several resources have, the deletion of %s leaves the resource that keeps it",
  (_, holders, deleted, owner) => {
    expect(remainingHolder(stateOf(holders, deleted), address)?.urn).toBe(owner);
  },
);

test("the deletion of a resource that is deleted before it is replaced leaves the one that keeps the address", () => {
  const declared = { server: web };
  const first = resource("first", address, declared, { created: early, pendingReplacement: true });
  const last = resource("last", address, declared, { created: late });
  const state = stackExport([first, last], [{ type: "deleting", resource: first }]);
  expect(remainingHolder(parseState(JSON.stringify(state), "the state"), address)?.urn).toBe(last.urn);
});

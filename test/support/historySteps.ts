import * as fc from "fast-check";
import type { Fault } from "../../src/simulator";

/*
 * The steps of a history. Numbers choose among what is there when their turn comes, so that a history that is shrunk still
 * means something.
 */

export const servers = [
  "00b10000-0000-4000-8000-000000000001",
  "00b10000-0000-4000-8000-000000000002",
  "00b10000-0000-4000-8000-000000000003",
] as const;
type ServerId = (typeof servers)[number];
type Family = "IPv4" | "IPv6";

/** What becomes of the program. */
export type Edit =
  | { edit: "add"; server: ServerId; family: Family; ptrRecord: string | undefined }
  | { edit: "remove"; which: number }
  | { edit: "ptrRecord"; which: number; ptrRecord: string | undefined }
  | { edit: "server"; which: number; server: ServerId }
  | { edit: "family"; which: number }
  /** The name is free again for a resource that is added later. */
  | { edit: "rename"; which: number }
  /** Two resources change places: each gets the other's arguments. */
  | { edit: "swap"; which: number; other: number }
  /** A new resource for an address that somebody else has made. */
  | { edit: "adopt"; which: number; ptrRecord: string | undefined }
  /** A resource goes, and a new one has its address. */
  | { edit: "hand over"; which: number };

/** What somebody else does to the account. */
export type Drift =
  | { drift: "ptrRecord"; which: number; ptrRecord: string }
  | { drift: "release" | "give away"; which: number }
  | { drift: "move"; which: number; server: ServerId }
  | { drift: "assign"; server: ServerId; family: Family; ptrRecord: string | undefined };

/** The end of a process, at a request of its operation. */
export interface Kill {
  /** How many requests pass first. */
  after: number;
  when: "before-effect" | "after-effect";
  /** `cli`: the provider lives on. */
  what: "provider" | "cli" | "both";
  /** How many results the CLI had not saved yet. */
  lostSaves: number;
}

export interface Step {
  edits: Edit[];
  drifts: Drift[];
  faults: Fault[];
  kill: Kill | undefined;
}

export interface History {
  /** The first server runs, and the program allows its power cycles. */
  runs: boolean;
  steps: Step[];
}

const server = fc.constantFrom(...servers);
const family = fc.constantFrom<Family>("IPv4", "IPv4", "IPv6");
const which = fc.nat(7);
const name = fc.constantFrom("a.example.com", "b.example.com", "c.example.org");
const ptrRecord = fc.option(name, { nil: undefined });
const is = <const T extends string>(...words: T[]) => fc.constantFrom(...words);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ edit: is("add"), server, family, ptrRecord }) },
  { weight: 2, arbitrary: fc.record({ edit: is("remove"), which }) },
  { weight: 2, arbitrary: fc.record({ edit: is("ptrRecord"), which, ptrRecord }) },
  { weight: 2, arbitrary: fc.record({ edit: is("server"), which, server }) },
  { weight: 2, arbitrary: fc.record({ edit: is("family"), which }) },
  { weight: 2, arbitrary: fc.record({ edit: is("rename"), which }) },
  { weight: 1, arbitrary: fc.record({ edit: is("swap"), which, other: which }) },
  { weight: 1, arbitrary: fc.record({ edit: is("adopt"), which, ptrRecord }) },
  { weight: 1, arbitrary: fc.record({ edit: is("hand over"), which }) },
);

const drift: fc.Arbitrary<Drift> = fc.oneof(
  fc.record({ drift: is("ptrRecord"), which, ptrRecord: fc.constantFrom("drifted.example.net", "a.example.com") }),
  fc.record({ drift: is("release", "give away"), which }),
  fc.record({ drift: is("move"), which, server }),
  fc.record({ drift: is("assign"), server, family, ptrRecord }),
);

const target = {
  method: fc.constantFrom("POST", "POST", "PUT", "DELETE", "GET"),
  skip: fc.nat(4),
  times: fc.constantFrom(1, 1, 2, 3, 6),
};
const when = is("before-effect", "after-effect");

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: is("drop"), when, ...target }) },
  { weight: 2, arbitrary: fc.record({ kind: is("half-body"), ...target }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: is("error"), status: fc.constantFrom(500, 502, 503, 504, 401), ...target }),
  },
  { weight: 1, arbitrary: fc.record({ kind: is("rate-limit"), ...target }) },
  { weight: 1, arbitrary: fc.record({ kind: is("html"), status: fc.constantFrom(200, 404, 502), ...target }) },
  { weight: 1, arbitrary: fc.record({ kind: is("delay"), ms: fc.nat(5), ...target }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: is("error"),
      status: fc.constant(409),
      errorCode: is("SERVER_STATE_ILLEGAL", "IP_ADDRESS_LIMIT_REACHED", "IP_ADDRESS_RESOURCES_UNAVAILABLE"),
      ...target,
      method: is("POST", "DELETE"),
    }),
  },
);
/** Costs a second of real time. */
const silence: fc.Arbitrary<Fault> = fc.record({ kind: is("no-answer"), when, ...target, times: fc.constant(1) });

const kill: fc.Arbitrary<Kill> = fc.record({
  after: fc.nat(12),
  when,
  what: is("provider", "cli", "both"),
  lostSaves: fc.nat(2),
});

const step = (edits: { minLength?: number; maxLength: number }): fc.Arbitrary<Step> =>
  fc.record({
    edits: fc.array(edit, edits),
    drifts: fc.oneof(
      { weight: 2, arbitrary: fc.constant<Drift[]>([]) },
      { weight: 1, arbitrary: fc.array(drift, { maxLength: 2 }) },
    ),
    faults: fc.oneof(
      { weight: 10, arbitrary: fc.constant<Fault[]>([]) },
      { weight: 10, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: silence.map((one) => [one]) },
    ),
    kill: fc.option(kill, { nil: undefined, freq: 2 }),
  });

/** Histories of one to `mostSteps` steps. */
export const historiesOf = (mostSteps: number): fc.Arbitrary<History> =>
  fc.record({
    runs: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    steps: fc
      .tuple(step({ minLength: 2, maxLength: 5 }), fc.array(step({ maxLength: 3 }), { maxLength: mostSteps - 1 }))
      .map(([first, more]) => [first, ...more]),
  });

import * as fc from "fast-check";
import type { Fault } from "../../../src/simulator";

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
  | { edit: "hand over"; which: number }
  /** To an explicit provider, or back to the default one. */
  | { edit: "provider"; which: number }
  /** The option `deleteBeforeReplace` is set, or taken out. */
  | { edit: "deleteBeforeReplace"; which: number };

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

/** What comes before the last `up` of a step, or after it. */
export type Scene =
  /** Some resources are destroyed before the program is edited (`destroy --target`). */
  | { scene: "destroy"; which: number[] }
  /** Some resources come first (`up --target`). */
  | { scene: "target"; which: number[] }
  /** An address is handed over while another resource fails. It is repaired, with or without `adopt`, or by a `destroy` of the former one. */
  | { scene: "half-way"; which: number; repair: "adopt" | "no adopt" | "destroy" }
  /** Somebody releases an address, and UpCloud assigns it to a new resource. No refresh has shown that. */
  | { scene: "unnoticed"; which: number };

/** What happens after the first attempt of a step, however that ended. */
export interface Interlude {
  isRenamed: boolean;
  /** What the other stack does. A copy of the program is for a stack that has none, under the former name of this one. */
  other: "nothing" | "copy" | Edit[];
}

export interface Step {
  /** Which of the two stacks. */
  of: 0 | 1;
  /** How often an error hook has the engine repeat what fails. */
  repeats: number;
  scene: Scene | undefined;
  interlude: Interlude | undefined;
  edits: Edit[];
  drifts: Drift[];
  faults: Fault[];
  kill: Kill | undefined;
}

export interface History {
  /** The first server runs, and the program allows its power cycles. */
  runs: boolean;
  /** The second stack is in a backend of its own, and so may have the name of the first. */
  names: readonly ["test", "test" | "other"];
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
  { weight: 2, arbitrary: fc.record({ edit: is("hand over", "provider", "deleteBeforeReplace"), which }) },
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
  after: fc.oneof(fc.nat(3), fc.nat(12)),
  when,
  what: is("provider", "cli", "both"),
  lostSaves: fc.nat(2),
});

const some = fc.array(which, { minLength: 1, maxLength: 4 });
const scene: fc.Arbitrary<Scene> = fc.oneof(
  fc.record({ scene: is("destroy", "target"), which: some }),
  fc.record({ scene: is("half-way"), which, repair: is("adopt", "no adopt", "destroy") }),
  fc.record({ scene: is("unnoticed"), which }),
);
const interlude: fc.Arbitrary<Interlude> = fc.record({
  isRenamed: fc.boolean(),
  other: fc.oneof(is("nothing", "copy"), fc.array(edit, { minLength: 1, maxLength: 3 })),
});
/** One of three. */
const maybe = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T | undefined>(undefined) },
    { weight: 1, arbitrary: one.map((drawn): T | undefined => drawn) },
  );

const step = (edits: { minLength?: number; maxLength: number }): fc.Arbitrary<Step> =>
  fc.record({
    of: fc.constantFrom<0 | 1>(0, 0, 1),
    repeats: fc.constantFrom(0, 0, 0, 1, 2),
    scene: maybe(scene),
    interlude: maybe(interlude),
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
    names: fc.constantFrom<History["names"]>(["test", "test"], ["test", "other"]),
    runs: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    steps: fc
      .tuple(step({ minLength: 2, maxLength: 5 }), fc.array(step({ maxLength: 3 }), { maxLength: mostSteps - 1 }))
      .map(([first, more]) => [first, ...more]),
  });

import type { Address, Seed } from "pulumi-upcloud-ip/simulator";
import { auditElsewhere, idsInState } from "../support/audits";
import { killLeftovers } from "../support/processes";
import type { Project } from "../support/project";
import { endAll, start } from "../support/runningServers";
import { inThisPart, isSoak } from "../support/soak";
import {
  armed,
  type Boundary,
  type Ending,
  endings,
  journalOf,
  purchasesOf,
  untilItEndsWell,
  untilQuiet,
} from "./support/kills";

const projects: Project[] = [];
afterAll(async () => {
  projects.forEach(killLeftovers);
  await endAll();
});

const [one, other, running] = [1, 2, 3].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`) as [
  string,
  string,
  string,
];
const seed: Seed = {
  servers: [
    { uuid: one, state: "stopped" },
    { uuid: other, state: "stopped" },
    { uuid: running, state: "started" },
  ],
};

interface Declared {
  server: string;
  family?: "IPv4" | "IPv6";
  ptrRecord: string;
  powerCycle?: boolean;
}
type Program = Record<string, Declared>;

/** What is declared, where its operations end early, one after the other, and how many addresses it takes. */
interface Step {
  program: Program;
  ends?: Boundary[];
  buys?: number;
}

/** Runs the steps, each interrupted and then run again. The last one takes everything out of the program. */
async function survives(ending: Ending, steps: Step[]): Promise<void> {
  const project = await start({ seed }, { UPCLOUD_REQUEST_TIMEOUT: "2s" });
  projects.push(project);
  const { account } = project.simulator;
  // Looks like what an interrupted create has left.
  account.assignIpAddress({ server: one });
  const atFirst = project.account();
  const purchases = purchasesOf(project);
  let mayBuy = 0;
  const isToDo = ({ program }: Step, index: number) =>
    program !== empty || (steps[index - 1]?.program ?? empty) !== empty;
  for (const { program, ends = [], buys = 0 } of steps.filter(isToDo)) {
    mayBuy += buys;
    project.declare(textOf(program));
    for (const moment of ends) await interrupted(project, moment, ending, atFirst.addresses);
    const { ok, output } = await untilItEndsWell(project.up);
    expect([ok, output]).toEqual([true, expect.anything()]);
    if (livesOn(ending)) await untilQuiet(project);
    expectDeclared(project, program, atFirst);
    expect(purchases.count).toBeLessThanOrEqual(mayBuy);
  }
  expect(journalOf(project)).toEqual([]);
  killLeftovers(project);
}

/** An `up` that ends early. What it leaves is found without the journal too, once nothing goes on. */
async function interrupted(project: Project, moment: Boundary, ending: Ending, atFirst: Address[]): Promise<void> {
  const end = armed(project, moment, ending);
  const { output } = await project.up();
  if (!end.reached) throw new Error(`Expected ${moment.request}, got an operation without it: ${output}`);
  await endings[ending].afterwards(project);
  if (livesOn(ending)) return;
  const ids = idsInState(project);
  const lost = boughtSince(atFirst, project).filter(({ address }) => !ids.includes(address));
  if (lost.length === 0) return;
  expect(await auditElsewhere(project)).toEqual(expect.arrayContaining(lost.map(({ address }) => address)));
}

const livesOn = (ending: Ending) => ending === "kill -9 of the CLI, whose provider lives on";

function boughtSince(atFirst: Address[], project: Project): Address[] {
  const others = atFirst.map(({ address }) => address);
  return project.account().addresses.filter(({ address }) => !others.includes(address));
}

/** Every address of the program is bought once, stands in the state, and nothing else has changed. */
function expectDeclared(project: Project, program: Program, atFirst: ReturnType<Project["account"]>): void {
  const { addresses, servers } = project.account();
  const ours = boughtSince(atFirst.addresses, project);
  const ids = ours.map(({ address }) => address);
  expect(addresses.filter(({ address }) => !ids.includes(address))).toEqual(atFirst.addresses);
  const wanted = Object.values(program).map(({ server, family = "IPv4", ptrRecord }) => [server, family, ptrRecord]);
  expect(ours.map(({ server, family, ptrRecord }) => [server, family, ptrRecord]).sort()).toEqual(wanted.sort());
  expect(idsInState(project).sort()).toEqual(ids.sort());
  const states = (all: typeof servers) => all.map(({ uuid, state }) => [uuid, state]);
  expect(states(servers)).toEqual(states(atFirst.servers));
}

const textOf = (program: Program) =>
  Object.entries(program)
    .map(([name, args]) => `new ServerIpAddress("${name}", ${JSON.stringify(args)});`)
    .join("\n");

const a = { server: one, ptrRecord: "a.example.com" };
const b = { server: one, ptrRecord: "b.example.com" };
const six = { ...a, family: "IPv6" } as const;
const cycled = { server: running, powerCycle: true, ptrRecord: "c.example.com" };
const empty: Program = {};

const look = { request: "GET /ip_address" };
const lookAtOne = { request: "GET /ip_address/*" };
const assign = { request: "POST /ip_address" };
const setPtrRecord = { request: "PUT /ip_address/*" };
const release = { request: "DELETE /ip_address/*" };
const stop = { request: "POST /server/*/stop" };
const poll = { request: "GET /server/*", skip: 1 };
const startAgain = { request: "POST /server/*/start" };
const second = (request: Omit<Boundary, "when">) => ({ ...request, skip: 1 });
const justBefore = (request: Omit<Boundary, "when">): Boundary => ({ ...request, when: "before" });
const justAfter = (request: Omit<Boundary, "when">): Boundary => ({ ...request, when: "after" });

interface Operation {
  name: string;
  given?: Program;
  program: Program;
  buys?: number;
  requests: Omit<Boundary, "when">[];
}

const operations: Operation[] = [
  { name: "create", program: { a }, buys: 1, requests: [look, assign, setPtrRecord] },
  { name: "two creates", program: { a, b }, buys: 2, requests: [assign, second(assign), second(setPtrRecord)] },
  { name: "update", given: { a }, program: { a: { ...a, ptrRecord: "new.example.com" } }, requests: [setPtrRecord] },
  {
    name: "replacement by family",
    given: { a },
    program: { a: six },
    buys: 1,
    requests: [look, assign, setPtrRecord, release],
  },
  {
    name: "replacement by server",
    given: { a },
    program: { a: { ...a, server: other } },
    buys: 1,
    requests: [look, assign, setPtrRecord, release],
  },
  { name: "delete", given: { a }, program: empty, requests: [lookAtOne, release] },
  {
    name: "create on a running server",
    program: { a: cycled },
    buys: 1,
    requests: [stop, poll, assign, startAgain],
  },
  {
    name: "two creates on a running server",
    program: { a: cycled, b: { ...cycled, family: "IPv6" } },
    buys: 2,
    requests: [stop, second(assign), startAgain],
  },
  { name: "delete on a running server", given: { a: cycled }, program: empty, requests: [stop, release, startAgain] },
];

/** Several stacks side by side, each with eight operations and more, on whatever computer. */
const patienceMs = 15 * 60_000;
const kinds = Object.keys(endings) as Ending[];
const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("an operation that is ended early leaves nothing that the next one does not deal with", () => {
  if (!isSoak) {
    describe("in the middle of create, replacement and delete", () => {
      const sample = async (ending: Ending) =>
        survives(ending, [
          { program: { a }, ends: [justBefore(assign)], buys: 1 },
          { program: { a, b }, ends: [justAfter(assign)], buys: 1 },
          { program: { a: six, b }, ends: [justAfter(setPtrRecord)], buys: 1 },
          { program: empty, ends: [justAfter(release)] },
        ]);
      test.concurrent.each(kinds)("by %s", sample, patienceMs);
    });
    return;
  }

  const cells = operations.flatMap((operation) => {
    const boundaries = operation.requests.flatMap((request) => [justBefore(request), justAfter(request)]);
    return boundaries.flatMap((boundary) => kinds.map((kind) => [operation.name, boundary, kind, operation] as const));
  });
  const cell = async (_: string, boundary: Boundary, ending: Ending, { given = empty, program, buys = 0 }: Operation) =>
    survives(ending, [
      { program: given, buys: Object.keys(given).length },
      { program, ends: [boundary], buys },
      { program: empty },
    ]);
  inThisPart(cells, (own) => test.concurrent.each(own)("%s: %j, by %s", cell, patienceMs));

  describe("and again in the operation that follows", () => {
    const twice: [program: Program, first: Boundary, then: Boundary][] = [
      [{ a }, justBefore(assign), justAfter(assign)],
      [{ a }, justAfter(assign), justBefore(setPtrRecord)],
      [{ a }, justAfter(assign), justAfter(setPtrRecord)],
      [{ a: cycled }, justAfter(stop), justAfter(assign)],
      [{ a: cycled }, justAfter(assign), justBefore(startAgain)],
    ];
    const cells = twice.flatMap(([program, ...ends]) =>
      kinds.slice(0, 2).map((kind) => [...ends, kind, program] as const),
    );
    const cell = async (first: Boundary, then: Boundary, ending: Ending, program: Program) =>
      survives(ending, [{ program, ends: [first, then], buys: 1 }, { program: empty }]);
    inThisPart(cells, (own) => test.concurrent.each(own)("%j, then %j, by %s", cell, patienceMs));
  });
});

import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "pulumi-upcloud-ip/simulator";
import { always } from "../../../support/faults";
import { cli, kill, killLeftovers, provider } from "../../support/processes";
import type { Outcome, Project } from "../../support/project";

/** A moment in an operation: before a request reaches the API, or after it had its effect and before its answer. */
export interface Boundary {
  /** Method and path, as a fault has them: `PUT /ip_address/*`. */
  request: string;
  when: "before" | "after";
  /** How many such requests pass first. Default 0. */
  skip?: number;
}

export type Ending = keyof typeof endings;

interface HowToEnd {
  end(project: Project): void;
  /** What becomes of the request. */
  request: Record<Boundary["when"], Fault[]>;
  /** What the user does before the next operation. */
  afterwards(project: Project): Promise<void>;
}

const unanswered: HowToEnd["request"] = {
  before: [{ kind: "no-answer" }],
  after: [{ kind: "no-answer", when: "after-effect" }],
};

async function unlock(project: Project): Promise<void> {
  restoreCheckpoint(project);
  await project.stack.cancel();
}

/** A CLI that is killed while it writes its checkpoint leaves an empty one. The user restores Pulumi's backup then. */
function restoreCheckpoint({ checkpoint }: Project): void {
  if (readFileSync(checkpoint, "utf8") === "") copyFileSync(`${checkpoint}.bak`, checkpoint);
}

/** The ways in which an operation ends early. */
export const endings = {
  "kill -9 of the provider": {
    end: (project) => kill(project, provider),
    request: unanswered,
    async afterwards() {},
  },
  "kill -9 of the CLI and of what it leaves behind": {
    end: killLeftovers,
    request: unanswered,
    afterwards: unlock,
  },
  "kill -9 of the CLI, whose provider lives on": {
    end: (project) => kill(project, cli),
    // Its request has its effect while the next operation is under way.
    request: { before: [{ kind: "delay", ms: 3000 }], after: [] },
    afterwards: unlock,
  },
  "one SIGINT": {
    end: (project) => kill(project, cli, "SIGINT"),
    request: { before: [{ kind: "delay", ms: 500 }], after: [] },
    async afterwards() {},
  },
  "two SIGINTs": {
    end(project) {
      kill(project, cli, "SIGINT");
      setTimeout(() => killIfThere(project), 700).unref();
    },
    request: unanswered,
    async afterwards(project) {
      killLeftovers(project);
      await unlock(project).catch(() => undefined);
    },
  },
} as const satisfies Record<string, HowToEnd>;

function killIfThere(project: Project): void {
  try {
    kill(project, cli, "SIGINT");
  } catch {
    // The first one was enough.
  }
}

/** Ends the project's next operation when it gets there. `reached` says whether it did. */
export function armed(project: Project, { when, request, skip = 0 }: Boundary, ending: Ending): { reached: boolean } {
  const [method, path] = request.split(" ") as [string, string];
  const { end, request: fate }: HowToEnd = endings[ending];
  const moment = { reached: false };
  const act = () => {
    moment.reached = true;
    end(project);
  };
  for (const fault of [{ kind: "act", act, when } as const, ...fate[when]]) {
    project.simulator.faults.add({ method, path, skip, ...fault });
  }
  return moment;
}

/** An operation again, as often as a user may be asked to, until it ends well. */
export async function untilItEndsWell(operation: () => Promise<Outcome>): Promise<Outcome> {
  const first = await operation();
  if (first.ok) return first;
  const second = await operation();
  return second.ok ? second : { ...second, output: `${first.output}\n${second.output}` };
}

/** Counts the assigns that had their effect, whatever became of their answers. */
export function purchasesOf({ simulator: { faults, account } }: Project): { count: number } {
  const purchases = { count: 0 };
  const list = () => account.listIpAddresses().map(({ address }) => address);
  let known = new Set(list());
  const look = (isAssign: boolean) => () => {
    const now = list();
    if (isAssign) purchases.count += now.filter((address) => !known.has(address)).length;
    known = new Set(now);
  };
  const spying = { kind: "act", when: "after", times: always } as const;
  faults.add({ ...spying, method: "POST", path: "/ip_address", act: look(true) });
  faults.add({ ...spying, method: "DELETE", act: look(false) });
  return purchases;
}

/** A provider whose CLI is dead has nothing under way any more. */
export async function untilQuiet({ simulator: { requests } }: Project): Promise<void> {
  for (let seen = -1; requests.length !== seen; ) {
    seen = requests.length;
    await sleep(1500);
  }
}

export function journalOf({ directory }: Project): string[] {
  const folder = join(directory, "home", "upcloud-ip");
  return existsSync(folder) ? readdirSync(folder) : [];
}

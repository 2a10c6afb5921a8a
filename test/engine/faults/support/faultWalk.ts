import { startSimulator } from "pulumi-upcloud-ip/simulator";
import { killLeftovers } from "../../support/processes";
import { Project } from "../../support/project";
import { FaultChecks, type Place } from "./faultChecks";
import { type Failure, type Operation, type Request, requests } from "./faultTable";

/** One fault of one request. */
export interface Cell {
  request: Request;
  failure: Failure;
  /** How many requests meet it. */
  times: number;
}

/** An operation, and what fails in it. */
export interface Step {
  operation: Operation;
  cells: readonly Cell[];
}

export interface Walk {
  /** From `create` to `delete`. */
  steps: readonly Step[];
  addresses: number;
  /** How many of them are on one server. Default 1. */
  perServer?: number;
  /** The servers run, and may be stopped. */
  powerCycle?: boolean;
}

/**
 * Takes a stack of addresses through operations in which requests fail. What must hold is
 * checked after every run of the CLI, and what failed is mended by two more runs.
 */
export async function walk(plan: Walk): Promise<void> {
  const stack = await FaultyStack.start(plan);
  try {
    for (const step of plan.steps) {
      if (step.operation === "delete") await stack.previewNothing();
      await stack.take(step).catch((error: unknown) => {
        throw new Error(`Went wrong in ${textOf(step)}.`, { cause: error });
      });
    }
    stack.checks.asBefore();
  } finally {
    await stack.remove();
  }
}

/** Such as `create: list, 429; assign, 500, 5 times`. */
export function textOf({ operation, cells }: Step): string {
  const faults = cells.map(
    ({ request, failure, times }) => `${request}, ${failure.name}${times > 1 ? `, ${times} times` : ""}`,
  );
  return `${operation}: ${faults.join("; ") || "no fault"}`;
}

class FaultyStack {
  readonly checks: FaultChecks;
  /** All that the CLI has said. */
  private said = "";
  /** How many steps were taken, this one included. */
  private taken = 0;

  private constructor(
    private readonly project: Project,
    private readonly plan: Walk,
    private readonly places: Place[],
  ) {
    this.checks = new FaultChecks(project, places, plan.powerCycle ? "started" : "stopped");
  }

  static async start(plan: Walk): Promise<FaultyStack> {
    const places = Array.from({ length: plan.addresses }, (_, i): Place => {
      const serial = String(Math.floor(i / (plan.perServer ?? 1))).padStart(12, "0");
      return { name: `a${i}`, server: `00f0a7c2-0b5e-4c1d-8f3a-${serial}`, family: "IPv4" };
    });
    const state = plan.powerCycle ? "started" : "stopped";
    const uuids = [...new Set(places.map(({ server }) => server))];
    const servers = uuids.map(
      (uuid) => ({ uuid, title: uuid.slice(-2), state, ipAddresses: others(uuid.slice(-2)) }) as const,
    );
    const rules = { softStopMs: 1000, hardStopMs: 1000, startMs: 100, addressLimit: 20 };
    const simulator = await startSimulator({ seed: { servers }, rules });
    return new FaultyStack(await Project.create(simulator, { UPCLOUD_REQUEST_TIMEOUT: "2s" }), plan, places);
  }

  async take({ operation, cells }: Step): Promise<void> {
    this.taken++;
    this.declare(operation);
    this.queue(cells);
    for (let runs = 1; !(await this.run(commandOf(operation))); runs++) {
      if (runs === 3) throw new Error(`Expected at most two further runs after ${operation}, got:\n${this.said}`);
    }
    expect(this.unmet(cells)).toEqual([]);
    this.checks.ledger.watch();
    if (operation === "delete") return this.startWhatIsLeftStopped();
    if (operation === "refresh") {
      this.checks.wanted += cells.filter(({ failure }) => failure.isGone).length;
      await this.run("up");
    }
    this.checks.asDeclared();
  }

  async previewNothing(): Promise<void> {
    expect((await this.project.preview()).changes).toEqual({ same: this.places.length + 1 });
  }

  async remove(): Promise<void> {
    killLeftovers(this.project);
    await this.project.end();
  }

  private async run(command: "up" | "refresh" | "destroy"): Promise<boolean> {
    const outcome = await this.project[command]({ parallel: 64, continueOnError: true });
    this.said += outcome.output;
    this.checks.afterRun(outcome);
    return outcome.ok;
  }

  private declare(operation: Operation): void {
    if (operation === "refresh" || operation === "delete") return;
    if (operation === "create" || operation === "replace") this.checks.wanted += this.places.length;
    const { powerCycle = false } = this.plan;
    const lines = this.places.map((place) => {
      if (operation === "replace") place.family = place.family === "IPv4" ? "IPv6" : "IPv4";
      place.ptrRecord = operation === "restore" ? undefined : `${operation}${this.taken}.${place.name}.example.com`;
      const { name, server, family, ptrRecord } = place;
      return `new ServerIpAddress("${name}", ${JSON.stringify({ server, family, ptrRecord, powerCycle })});`;
    });
    this.project.declare(lines.join("\n"));
  }

  /** Faults of one request are for one address each, where the request tells which. */
  private queue(cells: readonly Cell[]): void {
    const used = new Map<Request, number>();
    for (const { request, failure, times } of cells) {
      const index = used.get(request) ?? 0;
      used.set(request, index + 1);
      const { server, address } = this.places[index % this.places.length] as Place;
      // What is modified may be an address that is only going to be.
      const named = request === "modify" ? "*" : (address ?? "*");
      const [method, path] = requests[request].replace("SERVER", server).replace("ADDRESS", named).split(" ");
      this.project.simulator.faults.add({ ...failure.fault(address), times, ...(method && path && { method, path }) });
    }
  }

  /** Requests that were never sent: the table says more than the operation asks for. */
  private unmet(cells: readonly Cell[]): unknown[] {
    const { pending } = this.project.simulator.faults;
    return pending.filter(({ times }) => cells.some((cell) => cell.times === times));
  }

  /** Once an address is released, nothing in the state can remember that its server is off: see docs/running-servers.md. */
  private startWhatIsLeftStopped(): void {
    if (!this.plan.powerCycle) return;
    const { account } = this.project.simulator;
    for (const { server } of this.places) {
      if (account.getServer(server)?.state !== "stopped") continue;
      expect(this.said).toContain(`\`upctl server start ${server}\``);
      account.startServer(server);
    }
  }
}

/** What is on a server before: an address with a PTR record of its own, and one that looks like the stack's. */
const others = (serial: string) => [
  { partOfPlan: true },
  { ptrRecord: `s${serial}.example.org` },
  {},
  { access: "private" as const },
];

function commandOf(operation: Operation): "up" | "refresh" | "destroy" {
  if (operation === "refresh") return operation;
  return operation === "delete" ? "destroy" : "up";
}

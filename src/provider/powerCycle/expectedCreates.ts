import type { OperationChanges } from "../../journal/operationChanges";
import type { ProgramHints } from "../../model/hints";

/**
 * Which addresses of a server the engine has yet to hand over: it does so one by one, as slots become free and in no
 * order that a program sets, while a server that is stopped waits. Goes by what the program declares; only ever decides
 * how long a server stays stopped for changes that may still come.
 */
export class ExpectedCreates {
  private readonly servers = new Map<string, Plan>();
  private lastActivityMs: number;

  constructor(
    private readonly now: () => number,
    /** What the other processes of the operation have been handed over, and are told. */
    private readonly processes: Pick<OperationChanges, "arrived" | "arrivedElsewhere">,
  ) {
    this.lastActivityMs = now();
  }

  recordCheck(server: string, hints: Partial<ProgramHints>, isToBeCreated: boolean): void {
    this.recordActivity();
    const plan = this.servers.get(server) ?? { declared: 0, elsewhere: 0, checked: 0, toCreate: 0 };
    this.servers.set(server, plan);
    const { onServer = 0, withOtherProviders = 0, preview = false } = hints;
    plan.declared = Math.max(plan.declared, onServer - withOtherProviders);
    if (!preview) plan.elsewhere = Math.max(plan.elsewhere, withOtherProviders);
    plan.checked++;
    if (isToBeCreated) plan.toCreate++;
    this.tellOthers(server, plan);
  }

  /** A replacement is checked once more, without its olds. */
  expectSecondCheck(server: string): void {
    const plan = this.servers.get(server);
    if (plan === undefined) return;
    plan.checked--;
    this.tellOthers(server, plan);
  }

  recordCreate(server: string): void {
    this.recordActivity();
    const plan = this.servers.get(server);
    if (plan === undefined) return;
    plan.toCreate--;
    this.tellOthers(server, plan);
  }

  /** Whether more addresses of the server are to come; unknown where nothing was declared for it, as in a destroy. */
  expectation(server: string): "more" | "none" | "unknown" {
    const plan = this.servers.get(server);
    if (plan === undefined) return "unknown";
    const isExpecting = plan.declared > plan.checked || plan.toCreate > 0 || this.isExpectingElsewhere(server);
    return isExpecting ? "more" : "none";
  }

  /** The same of addresses that another process of the operation gets. */
  isExpectingElsewhere(server: string): boolean {
    const { elsewhere = 0 } = this.servers.get(server) ?? {};
    return elsewhere > 0 && elsewhere > this.processes.arrivedElsewhere(server);
  }

  /** Something has come from the engine or gone back to it. */
  recordActivity(): void {
    this.lastActivityMs = this.now();
  }

  /** For so long the engine has handed nothing over, to any server: it waits for what is under way. */
  idleMs(): number {
    return this.now() - this.lastActivityMs;
  }

  private tellOthers(server: string, { elsewhere, checked, toCreate }: Plan): void {
    if (elsewhere > 0) this.processes.arrived(server, checked - toCreate);
  }
}

interface Plan {
  /** For this process, and for others. */
  declared: number;
  elsewhere: number;
  checked: number;
  toCreate: number;
}

import type { OperationChanges } from "../../journal/operationChanges";
import type { ProgramHints } from "../../model/hints";

/**
 * How many addresses of a server the engine has yet to hand over. It does so one by one, as slots become free, in an order
 * that the program does not control. Uses the program's declarations. Only decides how long to wait for further changes.
 */
export class ExpectedCreates {
  private readonly servers = new Map<string, Plan>();
  private lastActivityMs: number;

  constructor(
    private readonly now: () => number,
    /** Exchanges the counts with the operation's other processes. */
    private readonly operationChanges: Pick<OperationChanges, "arrived" | "arrivedElsewhere">,
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
    this.publishArrived(server, plan);
  }

  /** The engine checks a replacement a second time, without olds. */
  expectSecondCheck(server: string): void {
    const plan = this.servers.get(server);
    if (plan === undefined) return;
    plan.checked--;
    this.publishArrived(server, plan);
  }

  recordCreate(server: string): void {
    this.recordActivity();
    const plan = this.servers.get(server);
    if (plan === undefined) return;
    plan.toCreate--;
    this.publishArrived(server, plan);
  }

  /** Whether the engine will hand over more of the server's addresses; unknown without declarations, as in a destroy. */
  expectation(server: string): "more" | "none" | "unknown" {
    const plan = this.servers.get(server);
    if (plan === undefined) return "unknown";
    const isExpecting = plan.declared > plan.checked || plan.toCreate > 0 || this.isExpectingElsewhere(server);
    return isExpecting ? "more" : "none";
  }

  /** Whether addresses of other provider processes are still missing. */
  isExpectingElsewhere(server: string): boolean {
    const { elsewhere = 0 } = this.servers.get(server) ?? {};
    return elsewhere > 0 && elsewhere > this.operationChanges.arrivedElsewhere(server);
  }

  /** A call or a result was exchanged with the engine. */
  recordActivity(): void {
    this.lastActivityMs = this.now();
  }

  /** The time since the last exchange with the engine, about any server. */
  idleMs(): number {
    return this.now() - this.lastActivityMs;
  }

  private publishArrived(server: string, { elsewhere, checked, toCreate }: Plan): void {
    if (elsewhere > 0) this.operationChanges.arrived(server, checked - toCreate);
  }
}

interface Plan {
  /** Addresses that the program declares for this process. */
  declared: number;
  /** Addresses that it declares for other provider processes. */
  elsewhere: number;
  checked: number;
  toCreate: number;
}

import { isUnknown } from "./unknown";

/** What a declaration tells check of its program (`src/programHints.ts`). Nothing while the server is unknown. */
export interface ProgramHints {
  preview?: boolean;
  /** How many addresses the program declares on the same server, this one included. */
  onServer?: number;
  urn?: string;
  /** As the Pulumi CLI names it: `organization/project/stack`. */
  stack?: string;
  /** The folder of Pulumi.yaml, where that is not the program's. */
  projectFolder?: string;
}

export function programHintsIn(json: unknown): ProgramHints {
  return typeof json === "string" && !isUnknown(json) ? (JSON.parse(json) as ProgramHints) : {};
}

/**
 * Which addresses of a server the engine has yet to hand over: it does so one by one, as slots become free and in no
 * order that a program sets, while a server that is stopped waits. Goes by what the program declares; only ever decides
 * how long a server stays stopped for changes that may still come.
 */
export class PlannedChanges {
  private readonly servers = new Map<string, { declared: number; checked: number; toCreate: number }>();
  private lastSignMs: number;

  constructor(private readonly now: () => number) {
    this.lastSignMs = now();
  }

  checked(server: string, hints: ProgramHints | undefined, isToBeCreated: boolean): void {
    this.sign();
    const plan = this.servers.get(server) ?? { declared: 0, checked: 0, toCreate: 0 };
    this.servers.set(server, plan);
    plan.declared = Math.max(plan.declared, hints?.onServer ?? 0);
    plan.checked++;
    if (isToBeCreated) plan.toCreate++;
  }

  /** A replacement is checked once more, without its olds. */
  willBeCheckedAgain(server: string): void {
    const plan = this.servers.get(server);
    if (plan !== undefined) plan.checked--;
  }

  creating(server: string): void {
    this.sign();
    const plan = this.servers.get(server);
    if (plan !== undefined) plan.toCreate--;
  }

  /** Whether more is to come, or `undefined` where nothing is known, as of a destroy. */
  isExpecting(server: string): boolean | undefined {
    const plan = this.servers.get(server);
    return plan && (plan.declared > plan.checked || plan.toCreate > 0);
  }

  /** Something has come from the engine or gone back to it. */
  sign(): void {
    this.lastSignMs = this.now();
  }

  /** For so long the engine has handed nothing over, to any server: it waits for what is under way. */
  quietMs(): number {
    return this.now() - this.lastSignMs;
  }
}

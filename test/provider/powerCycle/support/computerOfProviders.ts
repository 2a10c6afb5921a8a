import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Timer } from "../../../../src/provider/runtime/timer";
import { mail } from "../../../support/demoServers";
import { Machine, type Operation } from "../../../support/operation";

export interface ProviderProcess {
  operation: Operation;
  child: ChildProcess;
}

/** A computer whose provider processes are alive until they are killed. */
export class ComputerOfProviders {
  /** Live processes, whose ids the provider processes of a test have. */
  private readonly idle: ChildProcess[] = [];
  /** The simulator's clock, and enough real time for a request of the other process. */
  private readonly timer: Timer = {
    now: () => this.machine.simulator.clock.now(),
    sleep: async (ms, signal) => {
      if (signal?.aborted) return;
      this.machine.simulator.clock.advance(ms);
      await wait(ms < 100 ? 2 : 10);
    },
  };

  private constructor(readonly machine: Machine) {}

  static async start(): Promise<ComputerOfProviders> {
    return new ComputerOfProviders(await Machine.start({ rules: { requestMs: 5 } }));
  }

  /** A provider process of the operation whose engine is `engine`. */
  async provider(run: string, engine = "127.0.0.1:1"): Promise<ProviderProcess> {
    const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { stdio: "ignore" });
    this.idle.push(child);
    await once(child, "spawn");
    const name = { id: child.pid as number, run, host: "this machine", engine };
    const options = { timer: this.timer, process: name, isEngineAlive: async () => true };
    return { operation: this.machine.operation(name.id, "1.2", options), child };
  }

  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** Everything but reads that the server was asked for, in order. */
  writes(): string[] {
    return this.machine.simulator.requests
      .filter(({ method }) => method !== "GET")
      .map(({ method, path, status }) => `${path.includes("/server/") ? path.split("/").at(-1) : method} ${status}`);
  }

  stateOfMail() {
    return this.machine.simulator.account.getServer(mail)?.state;
  }

  journal(ending: string): string[] {
    const { journalDirectory } = this.machine;
    return existsSync(journalDirectory) ? readdirSync(journalDirectory).filter((name) => name.endsWith(ending)) : [];
  }

  async end(): Promise<void> {
    await Promise.all(this.idle.map((child) => this.kill(child)));
    await this.machine.end();
  }
}

type Verb = "stop" | "start" | "assign";

/** What happens the first time that the process is about to ask for something, or has been answered. */
export function at({ operation }: ProviderProcess, when: "before" | "after", verb: Verb, act: () => unknown): void {
  const { ipAddresses, servers } = operation.session.client();
  const verbs = (verb === "assign" ? ipAddresses : servers) as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  const original = verbs[verb] as (...args: unknown[]) => unknown;
  verbs[verb] = async (...args) => {
    verbs[verb] = original;
    if (when === "before") await act();
    const answer = await original(...args);
    if (when === "after") await act();
    return answer;
  };
}

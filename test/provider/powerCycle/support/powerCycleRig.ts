import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient, type UpCloudClient } from "../../../../src/api/client";
import { OperationChanges } from "../../../../src/journal/operationChanges";
import { PendingRestarts } from "../../../../src/journal/pendingRestarts";
import type { PowerCycleInput } from "../../../../src/model/inputs";
import { ExpectedCreates } from "../../../../src/provider/powerCycle/expectedCreates";
import { ExpectedReleases } from "../../../../src/provider/powerCycle/expectedReleases";
import { PowerCycles } from "../../../../src/provider/powerCycle/powerCycles";
import { Progress } from "../../../../src/provider/runtime/progress";
import type { Timer } from "../../../../src/provider/runtime/timer";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../../../src/simulator";
import { mail } from "../../../support/demoServers";
import { endEach } from "../../../support/endEach";
import { requireFaultsMet } from "../../../support/faults";

interface Assign {
  server: string;
  powerCycle: PowerCycleInput;
  signal: AbortSignal;
}

/** For tests in which the idle time of the engine matters. */
export const quick: SimulatorOptions = { rules: { requestMs: 100 } };

const open = new Set<PowerCycleRig>();

/** For `afterEach`. Throws where a fault is still pending, when all are ended. */
export const endRigs = () => endEach(open);

/** The power cycles of a stack on a simulator. They wait by the simulator's clock: minutes pass in milliseconds. */
export class PowerCycleRig {
  /** What the user is told. */
  readonly said: string[] = [];
  /** What happens the next time a change waits, if given so long. */
  onSleep: { ms?: number; act: () => void } | undefined;
  readonly timer: Timer = {
    now: () => this.simulator.clock.now(),
    sleep: (ms, signal) => this.sleep(ms, signal),
  };
  readonly client: UpCloudClient;
  readonly creates: ExpectedCreates;
  readonly releases = new ExpectedReleases();
  readonly cycles: PowerCycles;

  private constructor(
    readonly simulator: Simulator,
    private readonly folder: string,
  ) {
    this.client = createClient({
      baseUrl: simulator.url,
      credentials: { token: simulator.credentials.token },
      apiVersion: "1.2",
      requestTimeoutMs: 5000,
      sleep: this.timer.sleep,
    });
    const self = { id: process.pid, run: randomUUID(), host: "this machine" };
    const owedStarts = new PendingRestarts(folder, self, () => true);
    const processes = new OperationChanges(folder, self, () => true);
    this.creates = new ExpectedCreates(this.timer.now, processes);
    const progress = new Progress((line) => this.said.push(line), this.timer.now);
    const expected = { creates: this.creates, releases: this.releases };
    this.cycles = new PowerCycles(this.client.servers, progress, this.timer, expected, owedStarts, processes);
    open.add(this);
  }

  static async start(options: SimulatorOptions = {}): Promise<PowerCycleRig> {
    return new PowerCycleRig(await startSimulator(options), mkdtempSync(join(tmpdir(), "stopped-servers-")));
  }

  /** Another stack of the same account, on the same computer. */
  another(): PowerCycleRig {
    return new PowerCycleRig(this.simulator, this.folder);
  }

  assign({ server = mail, powerCycle = true, signal = new AbortController().signal }: Partial<Assign> = {}) {
    return this.cycles.withServerStopped({ server, purpose: "assign", powerCycle, signal }, () =>
      this.client.ipAddresses.assign({ server, family: "IPv4", access: "public" }, signal),
    );
  }

  /** Two changes of which the second one waits for late ones, since the first one has just returned to the engine. */
  async twoBeforeALateOne(change: () => Promise<unknown>, method: string, late: () => Promise<unknown>): Promise<void> {
    let third: Promise<unknown> | undefined;
    const path = method === "POST" ? "/ip_address" : "/ip_address/*";
    const act = () => {
      this.onSleep = {
        ms: 50,
        act: () => {
          third = late();
        },
      };
    };
    this.simulator.faults.add({ kind: "act", method, path, act });
    await Promise.all([change(), change()]);
    expect(third).toBeDefined();
    await third;
  }

  /** How often something other than a read was asked for, such as `stop 200`. */
  writes(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { method, path, status } of this.simulator.requests) {
      if (method === "GET") continue;
      const what = `${path.split("/").at(-1)} ${status}`;
      counts[what] = (counts[what] ?? 0) + 1;
    }
    return counts;
  }

  stateOf(server: string) {
    return this.simulator.account.getServer(server)?.state;
  }

  addressesOf(server: string): number {
    return this.simulator.account.listIpAddresses(server).length;
  }

  async end(): Promise<void> {
    await this.client.close();
    await this.simulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
    requireFaultsMet(this.simulator);
  }

  private async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.onSleep !== undefined && ms === (this.onSleep.ms ?? ms)) {
      const { act } = this.onSleep;
      this.onSleep = undefined;
      act();
    }
    if (signal?.aborted) return;
    this.simulator.clock.advance(ms);
    await wait(ms < 100 ? 1 : 3);
  }
}

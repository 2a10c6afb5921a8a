import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../src/model/configuration/configurationError";
import type { Timer } from "../../src/provider/runtime/timer";
import { ServerIpAddressProvider } from "../../src/provider/serverIpAddress/provider";
import type { ServerIpAddressState } from "../../src/provider/serverIpAddress/state";
import { Session, type SessionOptions } from "../../src/provider/session";
import { type Clock, type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator";
import type { PendingOperation, StackState } from "../../src/state/stackState";
import { requireFaultsMet } from "./faults";

/** Nothing waits: time is the simulator's. */
export const timerOf = (clock: Clock): Timer => ({
  now: () => clock.now(),
  async sleep(ms) {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  },
});

export interface Saved {
  id: string;
  state: ServerIpAddressState;
}

const urnOf = (name: string) => `urn:pulumi:test::addresses::pulumi-nodejs:dynamic/upcloud:ServerIpAddress::${name}`;

/** @param more what the program declares beside this address */
export const hints = (name: string, more: { onServer?: number; withOtherProviders?: number } = {}) =>
  JSON.stringify({ preview: false, onServer: 1, urn: urnOf(name), stack: "o/p/test", ...more });

export const line = { __provider: "the line that names the lifecycle" };

/** A computer with a simulated account and a directory of Pulumi's: processes come and go, and leave what they wrote. */
export class Machine {
  private readonly home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
  private readonly operations: Operation[] = [];
  /** Ids in the stack's state, or `undefined` where it cannot be read. Of resources with the same id, the first is deleted first. */
  inState: string[] | undefined = [];
  /** What the engine has begun, and noted in the state. */
  readonly pending = new Set<PendingOperation>();

  private constructor(readonly simulator: Simulator) {}

  static async start(options: SimulatorOptions = {}): Promise<Machine> {
    return new Machine(await startSimulator(options));
  }

  readonly journalDirectory = join(this.home, "upcloud-ip");

  /** A provider process of its own. `id`: of the process, by default one that runs no more when the next one looks. */
  operation(id = 2 ** 22 + this.operations.length + 1, apiVersion = "1.2", more: More = {}): Operation {
    const operation = new Operation(this, this.home, id, apiVersion, more);
    this.operations.push(operation);
    return operation;
  }

  /** The state of the stack, or `undefined` where it cannot be read. */
  state = (): StackState | undefined => {
    const addresses = this.inState?.map((id, index) => ({
      type: "ServerIpAddress" as const,
      urn: urnOf(`saved ${index}`),
      id,
      server: undefined,
      created: new Date(index).toISOString(),
      pendingDelete: false,
      external: false,
    }));
    const urnPrefix = "urn:pulumi:test::addresses::";
    return addresses && { urnPrefix, addresses, pendingOperations: [...this.pending], otherIds: [] };
  };

  /** What its processes have shown the user. */
  get said(): string[] {
    return this.operations.flatMap(({ said }) => said);
  }

  /** Throws where a fault is still pending, when everything is cleared away. */
  async end(): Promise<void> {
    await Promise.all(this.operations.map(({ session }) => close(session)));
    await this.simulator.stop();
    rmSync(this.home, { recursive: true });
    requireFaultsMet(this.simulator);
  }
}

/** What one process may have otherwise than the rest. */
interface More extends Partial<Pick<SessionOptions, "timer" | "isEngineAlive" | "process" | "readState">> {
  env?: Record<string, string>;
}

/** What the engine does with the lifecycle in one operation. */
export class Operation {
  readonly said: string[] = [];
  readonly session: Session;
  readonly provider: ServerIpAddressProvider;

  constructor(
    private readonly machine: Machine,
    pulumiHome: string,
    id: number,
    apiVersion: string,
    { env, ...more }: More,
  ) {
    const { simulator } = machine;
    this.session = new Session({
      env: {
        UPCLOUD_DEBUG_API_BASE_URL: simulator.url,
        UPCLOUD_TOKEN: simulator.credentials.token,
        UPCLOUD_API_VERSION: apiVersion,
        PULUMI_HOME: pulumiHome,
        ...env,
      },
      notify: (text) => this.said.push(text),
      timer: timerOf(simulator.clock),
      async readState(_hints, isOfThisOperation) {
        const state = machine.state();
        if (state === undefined) throw new Error("The stack's state could not be read: no such place.");
        if (!isOfThisOperation(state)) throw new Error("The state of the stack does not show the operation.");
        return state;
      },
      process: { id, run: randomUUID(), host: "this machine" },
      ...more,
    });
    this.provider = new ServerIpAddressProvider(this.session);
  }

  /** Check and create of the resource that the program calls `name`. */
  async create(name: string, declared: Record<string, unknown>): Promise<Saved> {
    const { pending, saved } = await this.begin(name, declared);
    return saved.finally(() => this.machine.pending.delete(pending));
  }

  /** A create whose result the CLI does not save, because it is killed. */
  async createUnsaved(name: string, declared: Record<string, unknown>): Promise<Saved> {
    return (await this.begin(name, declared)).saved;
  }

  /** Check and diff of one that is in the state. */
  async diff({ id, state }: Saved, declared: Record<string, unknown>) {
    const { inputs } = await this.provider.check(state, { ...line, ...declared });
    return this.provider.diff(id, state, { ...inputs, ...line });
  }

  delete = async ({ id, state }: Saved): Promise<void> => {
    const index = this.machine.inState?.indexOf(id) ?? -1;
    const created = new Date(Math.max(0, index)).toISOString();
    const pending = { ...kind, type: "deleting", urn: urnOf(`saved ${index}`), id, created, inputs: {} } as const;
    this.machine.pending.add(pending);
    await this.provider.delete(id, state).finally(() => this.machine.pending.delete(pending));
  };

  /** The engine notes the create in the state before it asks for it. It stays there where it is killed. */
  private async begin(
    name: string,
    declared: Record<string, unknown>,
  ): Promise<{ pending: PendingOperation; saved: Promise<Saved> }> {
    const { inputs, failures = [] } = await this.provider.check({}, { ...line, __program: hints(name), ...declared });
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const pending = { ...kind, type: "creating", urn: urnOf(name), inputs } as const;
    this.machine.pending.add(pending);
    const saved = this.provider
      .create({ ...inputs, ...line })
      .then(({ id, outs }) => ({ id, state: { ...outs, ...line } }));
    return { pending, saved };
  }
}

/** A session with a wrong configuration has no client. */
async function close(session: Session): Promise<void> {
  try {
    await session.client().close();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
  }
}

const kind = { resourceType: "ServerIpAddress" } as const;

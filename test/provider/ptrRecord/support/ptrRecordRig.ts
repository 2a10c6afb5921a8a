import { PtrRecordProvider } from "../../../../src/provider/ptrRecord/provider";
import type { PtrRecordState } from "../../../../src/provider/ptrRecord/state";
import type { ServerIpAddressProvider } from "../../../../src/provider/serverIpAddress/provider";
import type { Seed, Simulator, SimulatorOptions } from "../../../../src/simulator";
import type { PendingOperation, StateAddress } from "../../../../src/state/stackState";
import { mail, web } from "../../../support/demoServers";
import { endEach } from "../../../support/endEach";
import { line, Machine } from "../../../support/operation";

/** The address in the plan of the mail server, and the record that UpCloud has given it. */
export const address = "192.0.2.2";
export const ofUpCloud = "192-0-2-2.fi-hel1.upcloud.host";
/** Another one of that server. UpCloud pads the last four groups of it, which is not the canonical spelling. */
export const six = "2001:db8:1:2:30:abff:fe0c:4dd";
export const sixOfUpCloud = "2001:db8:1:2:0030:abff:fe0c:04dd";

const ipv6 = { family: "IPv6", address: sixOfUpCloud } as const;
const seed: Seed = {
  servers: [
    { uuid: mail, title: "mail", ipAddresses: [{ partOfPlan: true, address }, { access: "private" }, ipv6] },
    { uuid: web, title: "web", state: "stopped", ipAddresses: [{}] },
  ],
};

/** A resource in the stack's state. */
export const ofState = {
  urn: "urn:pulumi:test::addresses::old",
  server: undefined,
  pendingDelete: false,
  external: false,
};

const open = new Set<Machine>();

/** For `afterEach`. Throws where a fault is still pending, when all are ended. */
export const endRigs = () => endEach(open);

/** The lifecycle of PTR records, called as the engine calls it. */
export class PtrRecordRig {
  provider: PtrRecordProvider;
  /** Of the same program and operation. */
  addresses: ServerIpAddressProvider;
  /** The names that were looked up, and what UpCloud had been asked last. */
  readonly asked: string[] = [];
  /** What the stack's state says; by default it cannot be read. */
  inState: StateAddress[] | undefined;
  /** What the engine has begun, as the state notes it. */
  pendingOperations: PendingOperation[] = [];
  private declarations = 0;

  private constructor(
    readonly machine: Machine,
    private readonly apiVersion: string,
  ) {
    open.add(machine);
    const { provider, addresses } = this.newProcess();
    this.provider = provider;
    this.addresses = addresses;
  }

  static async start(options: SimulatorOptions = {}, apiVersion: "1.2" | "1.3" = "1.2"): Promise<PtrRecordRig> {
    return new PtrRecordRig(await Machine.start({ seed, ...options }), apiVersion);
  }

  get simulator(): Simulator {
    return this.machine.simulator;
  }

  /** Each operation of the engine has a process of its own, so nothing is remembered but the state. */
  nextOperation(): void {
    Object.assign(this, this.newProcess());
  }

  /** What only the program knows of its resource. */
  hints(name: string) {
    return { __program: { name, urn: `${ofState.urn}-${this.declarations++}`, stack: "o/p/test" } };
  }

  check(declared: Record<string, unknown>, name = "mail") {
    return this.provider.check({}, { ...line, ...this.hints(name), ...declared });
  }

  /** As the engine does it: check, then create with what came out of it. */
  async create(declared: Record<string, unknown>, name = "mail") {
    const { inputs, failures } = await this.check(declared, name);
    expect(failures).toEqual([]);
    const { id, outs } = await this.provider.create({ ...inputs, ...line });
    return { id: id as string, state: { ...outs, ...line } as PtrRecordState, inputs };
  }

  /** The engine checks and compares what the program still declares. */
  async up(id: string, olds: PtrRecordState, declared: Record<string, unknown>) {
    const { inputs } = await this.check(declared);
    const { changes, replaces } = await this.provider.diff(id, olds, inputs);
    if (!changes || replaces) return { changes, replaces, state: olds };
    const { outs } = await this.provider.update(id, olds, { ...inputs, ...line });
    return { changes, replaces, state: { ...outs, ...line } as PtrRecordState };
  }

  /** In an operation of its own. */
  destroy(id: string, state: PtrRecordState) {
    this.nextOperation();
    return this.provider.delete(id, state);
  }

  served(one = address): string | undefined {
    return this.simulator.account.getIpAddress(one)?.ptrRecord;
  }

  /** Somebody else sets the record. */
  drift(ptrRecord: string): void {
    this.simulator.account.modifyIpAddress(address, { ptrRecord });
  }

  requests(): string[] {
    return this.simulator.requests.map(({ method, path }) => `${method} ${path}`);
  }

  private newProcess() {
    const { session, provider } = this.machine.operation(undefined, this.apiVersion, {
      readState: async () => {
        if (this.inState === undefined) throw new Error("no state");
        return { addresses: this.inState, pendingOperations: this.pendingOperations, otherIds: [] };
      },
    });
    const lookUp = (name: string) => this.lookUp(name);
    return {
      provider: new PtrRecordProvider(session, { resolve4: lookUp, resolve6: lookUp }),
      addresses: provider,
    };
  }

  /** Every name resolves to the address. */
  private async lookUp(name: string): Promise<string[]> {
    this.asked.push(`${name} after ${this.simulator.requests.at(-1)?.method}`);
    return [address];
  }
}

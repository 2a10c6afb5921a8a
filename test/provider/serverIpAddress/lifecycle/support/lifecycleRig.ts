import type { ServerIpAddressState } from "../../../../../src/provider/serverIpAddress/state";
import type { SimulatorOptions } from "../../../../../src/simulator";
import { line, Machine, type Operation } from "../../../../support/operation";

let open: LifecycleRig | undefined;

/** For `afterEach`. */
export async function endRig(): Promise<void> {
  await open?.machine.end();
  open = undefined;
}

/** The lifecycle of addresses, called as the engine calls it. Its stack's state is empty. */
export class LifecycleRig {
  private operation: Operation;

  private constructor(
    readonly machine: Machine,
    private readonly apiVersion: string,
    private readonly configuration: Record<string, string>,
  ) {
    this.operation = this.newOperation();
  }

  static async start(
    options: SimulatorOptions = {},
    apiVersion: "1.2" | "1.3" = "1.2",
    configuration: Record<string, string> = {},
  ): Promise<LifecycleRig> {
    open = new LifecycleRig(await Machine.start(options), apiVersion, configuration);
    return open;
  }

  get simulator() {
    return this.machine.simulator;
  }

  get session() {
    return this.operation.session;
  }

  get provider() {
    return this.operation.provider;
  }

  /** Each operation of the engine has a process of its own, so nothing is remembered but the state. */
  nextOperation(): void {
    this.operation = this.newOperation();
  }

  /** As the engine does it: check, then create with what came out of it. */
  async create(declared: Record<string, unknown>) {
    const { inputs, failures } = await this.provider.check({}, { ...line, ...declared });
    expect(failures).toEqual([]);
    const { id, outs } = await this.provider.create({ ...inputs, ...line });
    return { id: id as string, state: { ...outs, ...line }, inputs };
  }

  /** In an operation of its own. */
  destroy(id: string, state: object) {
    this.nextOperation();
    return this.provider.delete(id, state as ServerIpAddressState);
  }

  async inputsOf(olds: object, declared: Record<string, unknown>) {
    return (await this.provider.check(olds, { ...line, ...declared })).inputs;
  }

  requests(): string[] {
    return this.simulator.requests.map(({ method, path }) => `${method} ${path}`);
  }

  ptrOf(address: string): string | undefined {
    return this.simulator.account.getIpAddress(address)?.ptrRecord;
  }

  private newOperation(): Operation {
    const readState = async () => ({ addresses: [], pendingOperations: [], otherIds: [] });
    const operation = this.machine.operation(undefined, this.apiVersion, { readState });
    operation.session.configure((key) => this.configuration[key]);
    return operation;
  }
}

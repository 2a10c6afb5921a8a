import * as pulumi from "@pulumi/pulumi";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../../src/simulator";
import { mail } from "../../support/demoServers";

let open: LookUpRig | undefined;

/** For `afterEach`: nothing is configured, and no account is there. */
export async function endRig(): Promise<void> {
  pulumi.runtime.setAllConfig({});
  await open?.simulator.stop();
  open = undefined;
}

/** An account that the stack's configuration names. */
export class LookUpRig {
  private constructor(readonly simulator: Simulator) {}

  static async start(options: SimulatorOptions = {}, config: Record<string, string> = {}): Promise<LookUpRig> {
    open = new LookUpRig(await startSimulator(options));
    configure(open.simulator.url, config);
    return open;
  }

  get account() {
    return this.simulator.account;
  }

  /** The address in the plan of the mail server. */
  planAddress(): string {
    return this.account.listIpAddresses(mail).find(({ partOfPlan }) => partOfPlan)?.address as string;
  }

  requests(): string[] {
    return this.simulator.requests.map(({ method, path }) => `${method} ${path}`);
  }
}

/** The stack's configuration, as Pulumi gives it to a program. */
export const configure = (url: string, more: Record<string, string> = {}) =>
  pulumi.runtime.setAllConfig({ "upcloud:apiBaseUrl": url, "upcloud:token": "ucat_demo", ...more });

export const valueIn = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve, reject) => {
    // The value of an Output is the program's business; a failure has no other way out.
    const { promise } = output as unknown as { promise(): Promise<T> };
    promise().then(resolve, reject);
  });

import { existsSync, readdirSync } from "node:fs";
import type { Fault } from "../../../../src/simulator";
import { web } from "../../../support/demoServers";
import { Machine, type Operation, type Saved } from "../../../support/operation";

export const assigning = { method: "POST", path: "/ip_address" } as const;

export const never = () => new Promise<never>(() => undefined);

/** The moments at which a process can end, by what does not come to pass any more. */
export const moments = {
  "before the request is sent": ({ session }: Operation) => {
    session.client().ipAddresses.assign = never;
  },
  "before the answer comes": ({ session }: Operation) => {
    const { assign } = session.client().ipAddresses;
    session.client().ipAddresses.assign = async (...request) => {
      await assign(...request);
      return never();
    };
  },
  "before the PTR record is set": ({ session }: Operation) => {
    session.client().ipAddresses.modify = never;
  },
  "before the answer about the PTR record comes": ({ session }: Operation) => {
    const { modify } = session.client().ipAddresses;
    session.client().ipAddresses.modify = async (...request) => {
      await modify(...request);
      return never();
    };
  },
};
export type Moment = keyof typeof moments;

/** Operations on one computer that assign addresses to servers, and are interrupted. */
export class AssignRig {
  private constructor(readonly machine: Machine) {}

  static async start(): Promise<AssignRig> {
    return new AssignRig(await Machine.start());
  }

  get account() {
    return this.machine.simulator.account;
  }

  operation(...how: Parameters<Machine["operation"]>): Operation {
    return this.machine.operation(...how);
  }

  /** Creates that never end, since their process does. */
  async killed(moment: Moment, names: string[], declared: Record<string, unknown> = {}): Promise<void> {
    const operation = this.operation();
    moments[moment](operation);
    for (const name of names) void operation.create(name, { server: web, ptrRecord: "a.example.com", ...declared });
    const expected = moment === "before the request is sent" ? 0 : names.length;
    const isThere = () =>
      this.journal().filter((file) => file.endsWith("l")).length === names.length && this.extras().length === expected;
    for (const since = performance.now(); !isThere(); ) {
      if (performance.now() - since > 30_000)
        throw new Error(`Expected ${names.length} creates that end ${moment}, got ${this.journal()}.`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }

  /** What UpCloud's answers to the next requests come to. */
  lose(...faults: Fault[]): void {
    for (const fault of faults) this.machine.simulator.faults.add(fault);
  }

  /** The public addresses of the server that are not part of its plan. */
  extras(server = web): string[] {
    return this.account
      .listIpAddresses()
      .filter((one) => one.server === server && !one.partOfPlan && one.access === "public")
      .map(({ address }) => address)
      .sort();
  }

  /** Names of the journal's files. */
  journal(): string[] {
    return existsSync(this.machine.journalDirectory) ? readdirSync(this.machine.journalDirectory) : [];
  }

  requests(): string[] {
    return this.machine.simulator.requests.map(({ method, path }) => `${method} ${path}`);
  }

  count(request: string): number {
    return this.requests().filter((one) => one === request).length;
  }

  end(): Promise<void> {
    return this.machine.end();
  }
}

/** Keeps an assign of the operation from being sent, or its answer from coming, until `goOn`. */
export function holdAssign({ session }: Operation, what: "request" | "answer") {
  const { ipAddresses } = session.client();
  const { assign } = ipAddresses;
  let reach: () => void = () => undefined;
  let goOn: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const hold = () => {
    reach();
    return mayGoOn;
  };
  ipAddresses.assign = async (...request) => {
    if (what === "request") await hold();
    const answer = await assign(...request);
    if (what === "answer") await hold();
    return answer;
  };
  return { isHeld, goOn };
}

export const idsOf = (saved: Saved[]): string[] => saved.map(({ id }) => id).sort();

import { familyOf, isSameAddress } from "../../model/addresses";
import type { WaitForForwardRecord } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { Progress } from "../runtime/progress";
import { pollDelaysMs, type Timer } from "../runtime/timer";

/** The part of `node:dns`'s Resolver that is used. Tests replace it. */
export interface ForwardResolver {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

/**
 * Waits until a name resolves to an address (A or AAAA record), so that forward and reverse DNS agree as soon as the PTR
 * record is set, as mail servers demand. Never fails: after the timeout it warns, and the PTR record is set anyway.
 */
export class ForwardRecords {
  private readonly progress: Progress;

  constructor(
    private readonly resolver: ForwardResolver,
    private readonly write: (line: string) => void,
    private readonly timer: Timer,
  ) {
    this.progress = new Progress(write, timer.now);
  }

  /** @param signal the operation's deadline, which ends the wait without a warning */
  async wait(
    name: string,
    address: string,
    wanted: WaitForForwardRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (wanted === undefined || wanted === false) return;
    const { timeoutSeconds = 300 } = wanted === true ? {} : wanted;
    const since = this.timer.now();
    const remainingMs = () => timeoutSeconds * 1000 - (this.timer.now() - since);
    for (const delayMs of pollDelaysMs()) {
      const { found, seen } = await this.lookUp(name, address);
      if (found.some((one) => isSameAddress(one, address)) || signal.aborted) return;
      if (remainingMs() <= 0) {
        this.warn(
          `${name} does not resolve to ${address} after ${timeoutSeconds} s (${seen}): the PTR record is set anyway, correct the forward record`,
        );
        return;
      }
      const wait = `PTR record of ${address}: waiting until ${name} resolves to it, ${seen}`;
      this.progress.reportWait(address, since, (duration) => `${wait} (${duration})`);
      await this.timer.sleep(Math.min(delayMs, remainingMs()), signal);
    }
  }

  /** What the name resolves to, also in words. A failed look-up counts as no record yet: DNS faults are transient. */
  private async lookUp(name: string, address: string): Promise<{ found: string[]; seen: string }> {
    const type = familyOf(address) === "IPv6" ? "AAAA" : "A";
    try {
      const found = await (type === "AAAA" ? this.resolver.resolve6(name) : this.resolver.resolve4(name));
      return { found, seen: found.length === 0 ? `found no ${type} record` : `found ${found.join(", ")}` };
    } catch (error) {
      const hasNoRecord = noRecordCodes.includes((error as NodeJS.ErrnoException).code ?? "");
      return { found: [], seen: hasNoRecord ? `found no ${type} record` : `the look-up failed: ${messageOf(error)}` };
    }
  }

  private warn(line: string): void {
    this.write(`warning: ${line}.`);
  }
}

/** DNS answers without a record. SERVFAIL: the name servers may not have the zone yet. */
const noRecordCodes = ["ENOTFOUND", "ENODATA", "ESERVFAIL"];

import { familyOf, isSameAddress } from "../../model/addresses";
import type { WaitForForwardRecord } from "../../model/inputs";
import { messageOf } from "../../model/messageOf";
import { Progress } from "../runtime/progress";
import { pollDelaysMs, type Timer } from "../runtime/timer";

/** The part of `node:dns`'s Resolver that is needed; tests bring their own. */
export interface ForwardResolver {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
}

/**
 * Waits until a name resolves to an address (its A or AAAA record), so that reverse and forward DNS agree from the moment
 * the PTR record is set, as mail servers demand. Never fails: it warns, and the PTR record is set anyway.
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

  /** Ends at once where it is not wanted, and silently when the operation's time (`signal`) is over. */
  async wait(
    name: string,
    address: string,
    wanted: WaitForForwardRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (wanted === undefined || wanted === false) return;
    const { timeoutSeconds = 300 } = wanted === true ? {} : wanted;
    const since = this.timer.now();
    const leftMs = () => timeoutSeconds * 1000 - (this.timer.now() - since);
    for (const delayMs of pollDelaysMs()) {
      const { found, seen } = await this.lookUp(name, address);
      if (found.some((one) => isSameAddress(one, address)) || signal.aborted) return;
      if (leftMs() <= 0) {
        this.warn(
          `${name} does not resolve to ${address} after ${timeoutSeconds} s, ${seen}: its PTR record is set anyway, correct the forward record`,
        );
        return;
      }
      this.progress.say(address, `PTR record of ${address}: waiting until ${name} resolves to it, ${seen}`, since);
      await this.timer.sleep(Math.min(delayMs, leftMs()), signal);
    }
  }

  /** What the name resolves to, and in words. A packet is lost and a name server restarted: that is waited out like a record to come. */
  private async lookUp(name: string, address: string): Promise<{ found: string[]; seen: string }> {
    const type = familyOf(address) === "IPv6" ? "AAAA" : "A";
    try {
      const found = await (type === "AAAA" ? this.resolver.resolve6(name) : this.resolver.resolve4(name));
      return { found, seen: found.length === 0 ? `it has no ${type} record` : `it resolves to ${found.join(", ")}` };
    } catch (error) {
      const isAnswer = notThereYet.includes((error as NodeJS.ErrnoException).code ?? "");
      return { found: [], seen: isAnswer ? `it has no ${type} record` : `the look-up failed (${messageOf(error)})` };
    }
  }

  private warn(line: string): void {
    this.write(`warning: ${line}.`);
  }
}

/** Answers of DNS itself. The zone may still be on its way to its name servers, which is SERVFAIL. */
const notThereYet = ["ENOTFOUND", "ENODATA", "ESERVFAIL"];

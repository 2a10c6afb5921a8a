import { unlessGone } from "../api/errors";
import { recentMs } from "./accountSnapshot";
import { deadline } from "./durations";
import type { PowerCycle } from "./inputs";
import type { ServerIpAddressState } from "./ipAddressState";
import type { Session } from "./session";

/** Releases addresses that are still ours: on the server that the state tells, and no resource's that the program has now. */
export class Releases {
  /** What the program says now of addresses that are being replaced: delete is told only what their state says. */
  private readonly declaredPowerCycles = new Map<string, PowerCycle>();
  private readonly kept = new Set<string>();

  constructor(private readonly session: Session) {}

  willReplace(id: string, news: { powerCycle?: PowerCycle }): void {
    this.declaredPowerCycles.set(id, this.session.powerCycleOf(news));
  }

  /** A resource of the program has the address: an older one lets go of it. */
  keep(id: string): void {
    this.kept.add(id);
  }

  async release(id: string, state: ServerIpAddressState): Promise<void> {
    if (this.kept.has(id)) return;
    const signal = deadline(state.timeouts?.delete);
    const { server } = state;
    let isReleased = false;
    const releaseIfOurs = async (maxAgeMs: number) => {
      if (!(await this.isOurs(id, state, maxAgeMs, signal))) return;
      await this.session.journal.willBeFree(id);
      const { ipAddresses } = this.session.client();
      const stillOurs = async () => (await ipAddresses.get(id, signal).catch(unlessGone))?.server === server;
      await ipAddresses.release(id, signal, stillOurs).catch(unlessGone);
      this.session.unclaimed.release(id);
      await this.session.snapshot.changed(id);
      isReleased = true;
    };
    // UpCloud never releases an address of the internal network: no reason to stop the server first.
    if (state.access !== "public") return releaseIfOurs(recentMs);
    const powerCycle = this.declaredPowerCycles.get(id) ?? this.session.powerCycleOf(state);
    // Nor for one that is not ours any more.
    if (powerCycle !== false && !(await this.isOurs(id, state, recentMs, signal))) {
      const notStarted = await this.session.stoppedServers().startIfOwed(server);
      if (notStarted !== undefined) throw notStarted;
      return;
    }
    const request = { server, purpose: "release", powerCycle, signal } as const;
    // Until a server is stopped, minutes may pass in which somebody moves the address.
    const maxAgeMs = powerCycle === false ? recentMs : justNowMs;
    const { notStarted } = await this.session.stoppedServers().whileStopped(request, () => releaseIfOurs(maxAgeMs));
    if (notStarted === undefined) return;
    throw isReleased ? new Error(`The address is released. ${notStarted.message}`) : notStarted;
  }

  private async isOurs(
    id: string,
    { server }: ServerIpAddressState,
    maxAgeMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const answer = await this.session.snapshot.find(id, maxAgeMs, signal);
    return answer?.server === server;
  }
}

const justNowMs = 10_000;

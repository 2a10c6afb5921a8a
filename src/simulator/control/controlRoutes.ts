import { Hono } from "hono";
import { SetupError } from "../model/checks";
import type { InternalClock } from "../model/clock";
import type { Store } from "../store/store";
import type { Account } from "./account";
import type { AddressChanges } from "./addressChanges";
import type { FaultQueue } from "./faultQueue";
import type { Fault } from "./faults";
import { page } from "./page";
import type { RequestLog } from "./requestLog";

interface ControlParts {
  readonly store: Store;
  readonly clock: InternalClock;
  readonly log: RequestLog;
  readonly changes: AddressChanges;
  readonly faults: FaultQueue;
  readonly account: Account;
}

/** The simulator's page and its control API. They need no credentials and are not logged. */
export function controlRoutes(parts: ControlParts): Hono {
  const { log, faults } = parts;
  const routes = new Hono();

  routes.get("/", (c) => c.html(page));

  // The request log; with `?last=N` its last N entries.
  routes.get("/__simulator/requests", (c) => {
    const last = Number(c.req.query("last"));
    return c.json(last > 0 ? log.requests.slice(-last) : log.requests);
  });

  routes.delete("/__simulator/requests", (c) => {
    log.clear();
    return c.body(null, 204);
  });

  routes.get("/__simulator/faults", (c) => c.json(faults.pending));

  // One fault, or an array of faults.
  routes.post("/__simulator/faults", async (c) => {
    const sent = parseJson(await c.req.text());
    try {
      for (const fault of Array.isArray(sent) ? sent : [sent]) faults.add(fault as Fault);
    } catch (error) {
      if (error instanceof SetupError) return c.json({ error: error.message }, 400);
      throw error;
    }
    return c.json(faults.pending, 201);
  });

  routes.delete("/__simulator/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });

  routes.get("/__simulator/account", (c) => c.json(pageData(parts)));

  return routes;
}

/** The data of the page. */
function pageData({ store, clock, changes, account }: ControlParts) {
  const addresses = account.listIpAddresses().map((address) => {
    const { what, atMs } = changes.of(address.address) ?? {};
    return { ...address, ...(what !== undefined && { change: { what, atMs } }) };
  });
  const released = changes
    .released()
    .map(({ what, atMs, address }) => ({ ...address, change: { what, atMs } }))
    .filter(({ change }) => clock.now() - change.atMs < releasedIsShownMs);
  const servers = account.listServers().map(({ uuid, title, zone, state }) => ({
    ...{ uuid, title, zone, state },
    ...store.offTimes.of(uuid),
    ipAddresses: [...addresses, ...released].filter(({ server }) => server === uuid),
  }));
  const detached = [...addresses, ...released].filter(({ server }) => !server);
  return { nowMs: clock.now(), credits: account.credits, servers, detached };
}

const releasedIsShownMs = 60_000;

/** Invalid JSON becomes undefined, which is rejected as an invalid fault. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

import type { buildConnector, Dispatcher, Pool } from "undici";

/** Of undici, what the life cycle needs. */
export interface Undici {
  Pool: new (origin: string, options: Pool.Options) => Pool;
  buildConnector: typeof buildConnector;
  request(pool: Pool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
}

/**
 * undici's index loads fetch, WebSockets, caches and mocks too: four times the time of the three files below, and 8 MiB.
 * These files are no interface that undici keeps. Where one is not there any more, the index serves.
 */
export function loadUndici(load: NodeJS.Require = require): Undici {
  try {
    const request = load("undici/lib/api/api-request.js") as Pool["request"];
    return {
      Pool: load("undici/lib/dispatcher/pool.js"),
      buildConnector: load("undici/lib/core/connect.js"),
      request: (pool, options) => request.call(pool, options) as Promise<Dispatcher.ResponseData>,
    };
  } catch {
    const undici = load("undici") as typeof import("undici");
    return { ...undici, request: (pool, options) => pool.request(options) };
  }
}

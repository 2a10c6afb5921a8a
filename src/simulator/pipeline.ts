import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type MiddlewareHandler } from "hono";
import type { ErrorEnvelope } from "../api/wire";
import { perlJson } from "./api/perlJson";
import { type ApiEnv, apiRoutes } from "./api/routes";
import type { Account } from "./control/account";
import type { AddressChanges } from "./control/addressChanges";
import { controlRoutes } from "./control/controlRoutes";
import { injectFaults } from "./control/faultInjection";
import type { FaultQueue } from "./control/faultQueue";
import type { RequestLog } from "./control/requestLog";
import { ApiError, errorEnvelope } from "./model/apiErrors";
import { type InternalClock, waitRealTime } from "./model/clock";
import type { Credentials, Owner } from "./model/entities";
import type { Store } from "./store/store";

export interface PipelineParts {
  readonly store: Store;
  readonly clock: InternalClock;
  readonly account: Account;
  readonly log: RequestLog;
  readonly changes: AddressChanges;
  readonly faults: FaultQueue;
  readonly latencyMs: number;
  /** Whether the simulator was stopped: requests that are still in flight then have no effect. */
  readonly isStopped: () => boolean;
  /** Saves the account, if there is a state file. */
  readonly save: () => void;
}

/** The middlewares of a request, outermost first. */
export function pipeline(parts: PipelineParts): Hono {
  const { store, clock, log } = parts;
  const app = new Hono();
  app.route("/", controlRoutes(parts)); // the simulator's own paths bypass the rest
  app.use(logRequests(log, clock)); // including requests that get no response
  app.use(addLatency(parts.latencyMs)); // before the request takes effect
  app.use(advanceTime(store, clock)); // and makes the changes of state that are due
  app.use(injectFaults(parts)); // may respond in place of the API
  app.use(dropWhenStopped(parts.isStopped)); // a stopped simulator must not change the account
  app.use(recordChanges(parts)); // for the page
  app.use(saveChanges(parts.save)); // before the response is sent
  app.use("/:version{[0-9.]+}/*", checkVersion(store)); // sets the version of the caller
  app.use("/:version{[0-9.]+}/*", authenticate(store)); // sets the account of the caller
  app.route("/:version{[0-9.]+}", apiRoutes(store, clock));
  app.notFound(() => errorResponse(new ApiError("NOT_FOUND")));
  app.onError((error) => errorResponse(error));
  return app;
}

function logRequests(log: RequestLog, clock: InternalClock): MiddlewareHandler {
  return async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    const setStatus = log.record(c.req.method, `${pathname}${search}`, clock.now());
    await next();
    if (!c.res.headers.has("x-hono-already-sent")) setStatus(c.res.status, await errorCodeOf(c.res));
  };
}

async function errorCodeOf(response: Response): Promise<string | undefined> {
  if (response.ok || !response.headers.get("content-type")?.includes("json")) return undefined;
  const { error } = (await response.clone().json()) as ErrorEnvelope;
  return error.error_code;
}

function addLatency(latencyMs: number): MiddlewareHandler {
  return async (_, next) => {
    if (latencyMs > 0) await waitRealTime(latencyMs);
    await next();
  };
}

function advanceTime(store: Store, clock: InternalClock): MiddlewareHandler {
  return async (_, next) => {
    clock.tick();
    store.advanceTo(clock.now());
    await next();
  };
}

function dropWhenStopped(isStopped: () => boolean): MiddlewareHandler {
  return async (_, next) => (isStopped() ? RESPONSE_ALREADY_SENT : next());
}

function recordChanges({ store, changes, clock }: PipelineParts): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === "GET") return next();
    const before = store.listAddresses("us");
    await next();
    changes.record(before, store.listAddresses("us"), clock.now());
    return undefined;
  };
}

function saveChanges(save: () => void): MiddlewareHandler {
  return async (_, next) => {
    await next();
    save();
  };
}

function checkVersion(store: Store): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const version = c.req.param("version") ?? "";
    const supported = (["1.2", "1.3"] as const).find((one) => version === one || version.startsWith(`${one}.`));
    const isObsolete = /^1\.[01](\.|$)/.test(version) || (supported === "1.2" && store.rules.api12 === "obsolete");
    if (isObsolete) throw new ApiError("API_VERSION_OBSOLETE", { version });
    if (supported === undefined) throw new ApiError("API_VERSION_INVALID", { version });
    c.set("version", supported);
    await next();
  };
}

function authenticate({ credentialsOf, rules }: Store): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const [scheme = "", value] = (c.req.header("Authorization") ?? "").split(" ", 2);
    const acceptsBearer = rules.bearerOn12 || c.get("version") !== "1.2";
    const matches = ({ username, password, token }: Credentials) =>
      (scheme.toLowerCase() === "basic" && value === Buffer.from(`${username}:${password}`).toString("base64")) ||
      (scheme.toLowerCase() === "bearer" && value === token && acceptsBearer);
    const owner = owners.find((one) => matches(credentialsOf[one]));
    if (owner === undefined) throw new ApiError("AUTHENTICATION_FAILED");
    c.set("owner", owner);
    await next();
  };
}

const owners: readonly Owner[] = ["us", "other"];

/** An error in UpCloud's format. Anything thrown that is not an `ApiError` becomes SERVICE_ERROR. */
function errorResponse(error: Error): Response {
  const { status, code } = error instanceof ApiError ? error : { status: 500, code: "SERVICE_ERROR" };
  const headers = { "Content-Type": "application/json; charset=UTF-8" };
  return new Response(`${perlJson(errorEnvelope(code, error.message))}\n`, { status, headers });
}

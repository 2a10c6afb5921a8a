import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type MiddlewareHandler } from "hono";
import { perlJson } from "./api/perlJson";
import { type ApiEnv, apiRoutes } from "./api/routes";
import type { Account } from "./control/account";
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
  readonly faults: FaultQueue;
  readonly latencyMs: number;
  /** Whether the simulator was stopped meanwhile: what is still on its way then has no effect any more. */
  readonly isStopped: () => boolean;
  /** Keeps the account, where it is kept. */
  readonly save: () => void;
}

/** Everything that happens to a request, from the outside in. */
export function pipeline(parts: PipelineParts): Hono {
  const { store, clock, log } = parts;
  const app = new Hono();
  app.route("/", controlRoutes(parts)); // the simulator's own pages take no part in the rest
  app.use(logRequests(log, clock)); // every request, answered or not
  app.use(addLatency(parts.latencyMs)); // the way to UpCloud takes time
  app.use(advanceTime(store, clock)); // time has passed, and what was due has happened
  app.use(injectFaults(parts)); // what was queued to go wrong goes wrong
  app.use(dropWhenStopped(parts.isStopped)); // what comes too late does not come
  app.use(saveChanges(parts.save)); // the account is kept before anybody hears of the change
  app.use("/:version{[0-9.]+}/*", checkVersion(store)); // a version that is served
  app.use("/:version{[0-9.]+}/*", authenticate(store)); // the credentials of an account, whose user asks
  app.route("/:version{[0-9.]+}", apiRoutes(store, clock)); // the verb itself
  app.notFound(() => errorResponse(new ApiError("NOT_FOUND")));
  app.onError((error) => errorResponse(error));
  return app;
}

function logRequests(log: RequestLog, clock: InternalClock): MiddlewareHandler {
  return async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    const answered = log.record(c.req.method, `${pathname}${search}`, clock.now());
    await next();
    if (!c.res.headers.has("x-hono-already-sent")) answered(c.res.status);
  };
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

function saveChanges(save: () => void): MiddlewareHandler {
  return async (_, next) => {
    await next();
    save();
  };
}

function checkVersion(store: Store): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const version = c.req.param("version") ?? "";
    const served = (["1.2", "1.3"] as const).find((one) => version === one || version.startsWith(`${one}.`));
    const old = /^1\.[01](\.|$)/.test(version) || (served === "1.2" && store.rules.api12 === "obsolete");
    if (old) throw new ApiError("API_VERSION_OBSOLETE", { version });
    if (served === undefined) throw new ApiError("API_VERSION_INVALID", { version });
    c.set("version", served);
    await next();
  };
}

function authenticate({ credentialsOf, rules }: Store): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const [scheme = "", value] = (c.req.header("Authorization") ?? "").split(" ", 2);
    const bearer = rules.bearerOn12 || c.get("version") !== "1.2";
    const isOf = ({ username, password, token }: Credentials) =>
      (scheme.toLowerCase() === "basic" && value === Buffer.from(`${username}:${password}`).toString("base64")) ||
      (scheme.toLowerCase() === "bearer" && value === token && bearer);
    const owner = owners.find((one) => isOf(credentialsOf[one]));
    if (owner === undefined) throw new ApiError("AUTHENTICATION_FAILED");
    c.set("owner", owner);
    await next();
  };
}

const owners: readonly Owner[] = ["us", "other"];

/** A refusal in UpCloud's envelope. Anything else that is thrown is a failure of the service. */
function errorResponse(error: Error): Response {
  const { status, code } = error instanceof ApiError ? error : { status: 500, code: "SERVICE_ERROR" };
  const headers = { "Content-Type": "application/json; charset=UTF-8" };
  return new Response(`${perlJson(errorEnvelope(code, error.message))}\n`, { status, headers });
}

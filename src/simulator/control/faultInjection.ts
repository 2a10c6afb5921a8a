import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import { perlJson } from "../api/perlJson";
import { errorEnvelope } from "../model/apiErrors";
import { waitRealTime } from "../model/clock";
import type { Account } from "./account";
import { performAction } from "./accountActions";
import type { FaultQueue } from "./faultQueue";
import type { Fault } from "./faults";

/** Header by which a fault tells `send` that only half the body goes out. Never sent itself. */
export const halfBodyHeader = "x-simulator-half-body";

/** Does to a request what was queued for it. */
export function injectFaults(parts: { readonly faults: FaultQueue; readonly account: Account }): MiddlewareHandler {
  return async (c, next) => {
    const taken = parts.faults.takeMatching(c.req.method, new URL(c.req.url).pathname);
    for (const fault of taken) await applyBefore(fault, parts.account);
    const answer = taken.map((fault) => faultResponse(fault, c)).find((reply) => reply !== undefined);
    if (answer !== undefined) return answer;
    await next();
    for (const fault of taken) applyAfter(fault, c, parts.account);
    return undefined;
  };
}

async function applyBefore(fault: Fault, account: Account): Promise<void> {
  if (fault.kind === "delay") await waitRealTime(fault.ms);
  if (fault.kind === "act" && fault.when !== "after") performAction(account, fault.act);
}

/** The answer that takes the place of the API's; the API never sees the request then. */
function faultResponse(fault: Fault, c: Context): Response | undefined {
  switch (fault.kind) {
    case "error":
      return errorResponse(
        fault.status,
        fault.errorCode ?? "SERVICE_ERROR",
        fault.errorMessage,
        fault.retryAfterSeconds,
      );
    case "rate-limit":
      return errorResponse(429, "TOO_MANY_REQUESTS", "Too many requests.", fault.retryAfterSeconds ?? 1);
    case "html":
      return new Response(gatewayPage, { status: fault.status ?? 502, headers: { "Content-Type": "text/html" } });
    case "drop":
    case "reset":
      return fault.when === "before-effect" ? closeConnection(c, fault.kind) : undefined;
    case "no-answer":
      return fault.when === "after-effect" ? undefined : RESPONSE_ALREADY_SENT;
    case "delay":
    case "half-body":
    case "act":
      return undefined;
    default:
      return fault satisfies never;
  }
}

/** What becomes of the API's own answer. */
function applyAfter(fault: Fault, c: Context, account: Account): void {
  if (fault.kind === "act" && fault.when === "after") performAction(account, fault.act);
  if (fault.kind === "drop" || fault.kind === "reset") c.res = closeConnection(c, fault.kind);
  if (fault.kind === "no-answer") c.res = RESPONSE_ALREADY_SENT;
  if (fault.kind === "half-body") c.res.headers.set(halfBodyHeader, "yes");
}

/** An end that looks orderly to TCP, or one that does not. */
function closeConnection(c: Context, how: "drop" | "reset"): Response {
  const { socket } = (c.env as { outgoing: ServerResponse }).outgoing;
  if (how === "reset") socket?.resetAndDestroy();
  else socket?.destroy();
  return RESPONSE_ALREADY_SENT;
}

function errorResponse(
  status: number,
  code: string,
  message: string | undefined,
  retryAfterSeconds?: number,
): Response {
  const headers = new Headers({ "Content-Type": "application/json; charset=UTF-8" });
  if (retryAfterSeconds !== undefined) headers.set("Retry-After", String(retryAfterSeconds));
  return new Response(`${perlJson(errorEnvelope(code, message ?? "This is a queued fault."))}\n`, {
    status,
    headers,
  });
}

const gatewayPage = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head><title>502 Proxy Error</title></head><body><h1>Proxy Error</h1>
<p>The proxy server received an invalid response from an upstream server.</p></body></html>
`;

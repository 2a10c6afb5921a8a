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

/** A header that makes the listener send half the body only. The client never sees it. */
export const halfBodyHeader = "x-simulator-half-body";

/** Applies the queued faults that match a request. */
export function injectFaults(parts: { readonly faults: FaultQueue; readonly account: Account }): MiddlewareHandler {
  return async (c, next) => {
    const matching = parts.faults.takeMatching(c.req.method, new URL(c.req.url).pathname);
    for (const fault of matching) await applyBefore(fault, parts.account);
    const response = matching.map((fault) => faultResponse(fault, c)).find((found) => found !== undefined);
    if (response !== undefined) return response;
    await next();
    for (const fault of matching) applyAfter(fault, c, parts.account);
    return undefined;
  };
}

async function applyBefore(fault: Fault, account: Account): Promise<void> {
  if (fault.kind === "delay") await waitRealTime(fault.ms);
  if (fault.kind === "act" && fault.when !== "after") performAction(account, fault.act);
}

/** The response in place of the API's, which then never sees the request. */
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

/** Applies a fault to the API's response. */
function applyAfter(fault: Fault, c: Context, account: Account): void {
  if (fault.kind === "act" && fault.when === "after") performAction(account, fault.act);
  if (fault.kind === "drop" || fault.kind === "reset") c.res = closeConnection(c, fault.kind);
  if (fault.kind === "no-answer") c.res = RESPONSE_ALREADY_SENT;
  if (fault.kind === "half-body") c.res.headers.set(halfBodyHeader, "yes");
}

/** Closes the connection with a TCP FIN or, for `reset`, with a TCP RST. */
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

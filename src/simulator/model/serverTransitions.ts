import type { ServerState } from "../../api/wire";
import type { RestartRequest, Server, Step, StopRequest, Transition } from "./entities";
import type { Rules } from "./rules";

/** The transition of a stop. */
export function stopTransition(server: Server, request: StopRequest, nowMs: number, rules: Rules): Transition {
  const duration = shutdownMs(server, request, rules);
  const stop: Transition = { verb: "stop", steps: duration === undefined ? [] : stopSteps(nowMs, duration, rules) };
  const pending = server.transition;
  // Another stop does not delay the one in progress.
  return pending?.verb === "stop" && endMs(pending) <= endMs(stop) ? pending : stop;
}

/** The transition of a restart. On timeout, a soft one that the guest ignores becomes a hard one or is given up. */
export function restartTransition(
  server: Server,
  request: RestartRequest,
  nowMs: number,
  rules: Rules,
): Transition | undefined {
  const isSoft = request.stopType === "soft";
  const isIgnored = isSoft && (!server.guest.acpi || (request.timeoutMs ?? Infinity) < rules.softStopMs);
  if (isIgnored && request.timeoutMs === undefined) return { verb: "restart", steps: [] };
  if (isIgnored && request.timeoutAction === "ignore") {
    return { verb: "restart", steps: [{ atMs: nowMs + (request.timeoutMs ?? 0), state: "started" }] };
  }
  const waitMs = isIgnored ? (request.timeoutMs ?? 0) : isSoft ? rules.softStopMs : 0;
  const steps: Step[] = [
    { atMs: nowMs + waitMs + rules.restartMaintenanceMs, state: "maintenance" },
    { atMs: nowMs + waitMs + rules.restartMs, state: server.guest.boots ? "started" : "error" },
  ];
  return { verb: "restart", steps };
}

export function startTransition(server: Server, nowMs: number, rules: Rules): Transition {
  return { verb: "start", steps: [{ atMs: nowMs + rules.startMs, state: server.guest.boots ? "started" : "error" }] };
}

/** A change of state without a request, such as the end of `maintenance`. */
export function recoveryTransition(state: ServerState, atMs: number): Transition {
  return { verb: "recover", steps: [{ atMs, state }] };
}

/** The server at a time. The same object if no step is due. */
export function serverAt(server: Server, nowMs: number): Server {
  const transition = server.transition;
  const due = transition?.steps.filter(({ atMs }) => atMs <= nowMs) ?? [];
  const last = due.at(-1);
  if (transition === undefined || last === undefined) return server;
  const steps = transition.steps.slice(due.length);
  return { ...server, state: last.state, transition: steps.length === 0 ? undefined : { ...transition, steps } };
}

/** The duration of a stop. Undefined if it never ends. */
function shutdownMs(server: Server, request: StopRequest, rules: Rules): number | undefined {
  if (request.stopType === "hard") return rules.hardStopMs;
  const guestMs = server.guest.acpi ? rules.softStopMs : undefined;
  if (request.timeoutMs === undefined) return guestMs;
  return Math.min(guestMs ?? Infinity, request.timeoutMs + rules.hardStopMs);
}

function stopSteps(nowMs: number, duration: number, rules: Rules): Step[] {
  const end: Step = { atMs: nowMs + duration, state: "stopped" };
  return rules.stopShowsMaintenance ? [{ atMs: nowMs + duration / 2, state: "maintenance" }, end] : [end];
}

function endMs(transition: Transition): number {
  return transition.steps.at(-1)?.atMs ?? Infinity;
}

import type { ServerState } from "../../api/wire";
import type { RestartRequest, Server, Step, StopRequest, Transition } from "./entities";
import type { Rules } from "./rules";

/** What a stop leads to, and when. */
export function stopTransition(server: Server, request: StopRequest, nowMs: number, rules: Rules): Transition {
  const duration = shutdownMs(server, request, rules);
  const stop: Transition = { verb: "stop", steps: duration === undefined ? [] : stopSteps(nowMs, duration, rules) };
  const pending = server.transition;
  // A stop that is under way is not put off by another one.
  return pending?.verb === "stop" && endMs(pending) <= endMs(stop) ? pending : stop;
}

/** What a restart leads to. A soft one that the guest ignores ends with the timeout: in a hard one or in none. */
export function restartTransition(
  server: Server,
  request: RestartRequest,
  nowMs: number,
  rules: Rules,
): Transition | undefined {
  const soft = request.stopType === "soft";
  const ignored = soft && (!server.guest.acpi || (request.timeoutMs ?? Infinity) < rules.softStopMs);
  if (ignored && request.timeoutMs === undefined) return { verb: "restart", steps: [] };
  if (ignored && request.timeoutAction === "ignore") {
    return { verb: "restart", steps: [{ atMs: nowMs + (request.timeoutMs ?? 0), state: "started" }] };
  }
  const waitMs = ignored ? (request.timeoutMs ?? 0) : soft ? rules.softStopMs : 0;
  const steps: Step[] = [
    { atMs: nowMs + waitMs + rules.restartMaintenanceMs, state: "maintenance" },
    { atMs: nowMs + waitMs + rules.restartMs, state: server.guest.boots ? "started" : "error" },
  ];
  return { verb: "restart", steps };
}

export function startTransition(server: Server, nowMs: number, rules: Rules): Transition {
  return { verb: "start", steps: [{ atMs: nowMs + rules.startMs, state: server.guest.boots ? "started" : "error" }] };
}

/** The way out of `maintenance` and `error` that UpCloud takes by itself. */
export function recoveryTransition(state: ServerState, atMs: number): Transition {
  return { verb: "recover", steps: [{ atMs, state }] };
}

/** The server as it is at a time; the same object where nothing has happened since. */
export function serverAt(server: Server, nowMs: number): Server {
  const transition = server.transition;
  const due = transition?.steps.filter(({ atMs }) => atMs <= nowMs) ?? [];
  const last = due.at(-1);
  if (transition === undefined || last === undefined) return server;
  const steps = transition.steps.slice(due.length);
  return { ...server, state: last.state, transition: steps.length === 0 ? undefined : { ...transition, steps } };
}

/** How long the guest has until it is off; undefined: for ever. */
function shutdownMs(server: Server, request: StopRequest, rules: Rules): number | undefined {
  if (request.stopType === "hard") return rules.hardStopMs;
  const byItself = server.guest.acpi ? rules.softStopMs : undefined;
  if (request.timeoutMs === undefined) return byItself;
  return Math.min(byItself ?? Infinity, request.timeoutMs + rules.hardStopMs);
}

function stopSteps(nowMs: number, duration: number, rules: Rules): Step[] {
  const end: Step = { atMs: nowMs + duration, state: "stopped" };
  return rules.stopShowsMaintenance ? [{ atMs: nowMs + duration / 2, state: "maintenance" }, end] : [end];
}

function endMs(transition: Transition): number {
  return transition.steps.at(-1)?.atMs ?? Infinity;
}

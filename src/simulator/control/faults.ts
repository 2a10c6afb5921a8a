import { choice, expected, type Properties, properties, text, wholeNumber } from "../model/checks";
import { type AccountAction, readAction } from "./account";

/** Which requests a fault is for. */
export interface FaultTarget {
  /** Default: every method. */
  method?: string;
  /**
   * The path, with or without the version: `/1.2/ip_address`, `/ip_address/*`. `*` stands for anything but a slash,
   * `**` for anything. Default: every path.
   */
  path?: string;
  /** How many requests it is for. Default 1. */
  times?: number;
  /** How many matching requests pass before it begins. Default 0. */
  skip?: number;
}

/** What goes wrong. Effects: a request that is kept from the API has none; `after-effect` and `half-body` have theirs. */
export type Fault = FaultTarget &
  (
    | {
        /** An error in UpCloud's envelope. */
        kind: "error";
        /** HTTP status, 200 to 599. */
        status: number;
        /** UpCloud's `error_code`. Default: the one that belongs to the status. */
        errorCode?: string;
        /** UpCloud's `error_message`. */
        errorMessage?: string;
        /** The header Retry-After, in seconds. Default: none. */
        retryAfterSeconds?: number;
      }
    | {
        /** 429 with Retry-After. */
        kind: "rate-limit";
        /** In seconds. Default 1. */
        retryAfterSeconds?: number;
      }
    | {
        /** The page of a proxy. */
        kind: "html";
        /** HTTP status, 200 to 599. Default 502. */
        status?: number;
      }
    | {
        /** Real time passes first; the next fault for the request applies too. */
        kind: "delay";
        /** In ms of real time. */
        ms: number;
      }
    | {
        /** The connection closes without an answer; `reset`: by a TCP reset. */
        kind: "drop" | "reset";
        /** Whether the request has its effect. */
        when: "before-effect" | "after-effect";
      }
    | {
        /** The answer never comes. */
        kind: "no-answer";
        /** Whether the request has its effect. Default `before-effect`: it has none. */
        when?: "before-effect" | "after-effect";
      }
    | {
        /** The body stops half-way, and the connection closes. */
        kind: "half-body";
      }
    | {
        /** Somebody acts between two requests; the next fault for the request applies too. */
        kind: "act";
        /** What is done to the account. */
        act: AccountAction;
        /** Before or after the request has its effect. Default `before`. */
        when?: "before" | "after";
      }
  );

/** The faults that lie in wait, first come, first served. */
export class FaultQueue {
  private queue: Fault[] = [];

  /** Checks a fault and queues it. */
  add(fault: Fault): void {
    this.queue.push({ times: 1, skip: 0, ...readFault(fault) });
  }

  clear(): void {
    this.queue = [];
  }

  get pending(): readonly Fault[] {
    return this.queue;
  }

  /** The faults for a request: delays and actions that stand before the first fault that answers it, and that one. */
  take(method: string, pathname: string): Fault[] {
    const taken: Fault[] = [];
    for (const fault of [...this.queue]) {
      if (!matches(fault, method, pathname)) continue;
      if (fault.skip) {
        fault.skip--;
        continue;
      }
      taken.push(fault);
      fault.times = (fault.times ?? 1) - 1;
      if (fault.times <= 0) this.queue = this.queue.filter((other) => other !== fault);
      if (fault.kind !== "delay" && fault.kind !== "act") break;
    }
    return taken;
  }
}

function matches(fault: Fault, method: string, pathname: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path === undefined) return true;
  const pattern = fault.path
    .split(/(\*\*?)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : escaped(part)));
  return new RegExp(`^(/[0-9.]+)?${pattern.join("")}$`, "i").test(pathname);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

const target = ["method", "path", "times", "skip", "kind"];
const moments = ["before-effect", "after-effect"] as const;

/** Checks a fault that a person wrote. */
function readFault(value: unknown): Fault {
  const what = "The fault";
  const kinds = ["error", "rate-limit", "html", "delay", "drop", "reset", "no-answer", "half-body", "act"] as const;
  const all = ["status", "errorCode", "errorMessage", "retryAfterSeconds", "ms", "when", "act"];
  const kind = choice(properties(value, what, [...target, ...all]).kind, `${what}'s kind`, kinds);
  const own = ownProperties[kind];
  const given = properties(value, `A fault of kind ${kind}`, [...target, ...own]);
  const at = (name: string) => [given[name], `${what}'s ${name}`] as const;
  const status = (fallback?: number) => wholeNumber(...at("status"), { from: 200, to: 599 }, fallback);
  const seconds = () => wholeNumber(...at("retryAfterSeconds"), { from: 0, to: 86_400 });
  const retryAfter = given.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: seconds() };
  const place = readTarget(given, what);
  switch (kind) {
    case "error":
      return { ...place, kind, status: status(), ...texts(given, what, ["errorCode", "errorMessage"]), ...retryAfter };
    case "rate-limit":
      return { ...place, kind, ...retryAfter };
    case "html":
      return { ...place, kind, status: status(502) };
    case "delay":
      return { ...place, kind, ms: wholeNumber(...at("ms"), { from: 0, to: 86_400_000 }) };
    case "drop":
    case "reset":
      return { ...place, kind, when: choice(...at("when"), moments) };
    case "no-answer":
      return { ...place, kind, when: choice(...at("when"), moments, "before-effect") };
    case "half-body":
      return { ...place, kind };
    case "act":
      return { ...place, kind, act: readAction(given.act), when: choice(...at("when"), ["before", "after"], "before") };
    default:
      return kind satisfies never;
  }
}

const ownProperties = {
  error: ["status", "errorCode", "errorMessage", "retryAfterSeconds"],
  "rate-limit": ["retryAfterSeconds"],
  html: ["status"],
  delay: ["ms"],
  drop: ["when"],
  reset: ["when"],
  "no-answer": ["when"],
  "half-body": [],
  act: ["act", "when"],
} as const;

function readTarget(given: Properties, what: string): FaultTarget {
  const path = given.path === undefined ? undefined : text(given.path, `${what}'s path`);
  if (path !== undefined && !/^[/*]/.test(path))
    throw expected(`${what}'s path`, path, "a path that begins with a slash");
  return {
    ...texts(given, what, ["method"]),
    ...(path !== undefined && { path }),
    times: wholeNumber(given.times, `${what}'s times`, { from: 1, to: 1_000_000 }, 1),
    skip: wholeNumber(given.skip, `${what}'s skip`, { from: 0, to: 1_000_000 }, 0),
  };
}

function texts<const T extends string>(given: Properties, what: string, names: readonly T[]): { [name in T]?: string } {
  const found = names.filter((name) => given[name] !== undefined);
  return Object.fromEntries(found.map((name) => [name, text(given[name], `${what}'s ${name}`)])) as {
    [name in T]?: string;
  };
}

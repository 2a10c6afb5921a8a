import { choice, expected, type Properties, properties, text, wholeNumber } from "../model/checks";
import { readAction } from "./accountActions";
import type { Fault, FaultTarget } from "./faults";

const target = ["method", "path", "times", "skip", "kind"];
const moments = ["before-effect", "after-effect"] as const;

/** Checks a fault that a person wrote. */
export function readFault(value: unknown): Fault {
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

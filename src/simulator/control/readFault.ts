import { type Properties, readChoice, readInteger, readObject, readText, unexpectedValue } from "../model/checks";
import { readAction } from "./accountActions";
import type { Fault, FaultTarget } from "./faults";

const targetProperties = ["method", "path", "times", "skip", "kind"];
const effectTimes = ["before-effect", "after-effect"] as const;

/** Checks a fault that a user wrote. */
export function readFault(value: unknown): Fault {
  const what = "The fault";
  const kinds = ["error", "rate-limit", "html", "delay", "drop", "reset", "no-answer", "half-body", "act"] as const;
  const all = ["status", "errorCode", "errorMessage", "retryAfterSeconds", "ms", "when", "act"];
  const kind = readChoice(readObject(value, what, [...targetProperties, ...all]).kind, `${what}'s kind`, kinds);
  const own = propertiesByKind[kind];
  const given = readObject(value, `A fault of kind ${kind}`, [...targetProperties, ...own]);
  const at = (name: string) => [given[name], `${what}'s ${name}`] as const;
  const status = (fallback?: number) => readInteger(...at("status"), { from: 200, to: 599 }, fallback);
  const seconds = () => readInteger(...at("retryAfterSeconds"), { from: 0, to: 86_400 });
  const retryAfter = given.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: seconds() };
  const target = readTarget(given, what);
  switch (kind) {
    case "error":
      return {
        ...target,
        kind,
        status: status(),
        ...readTexts(given, what, ["errorCode", "errorMessage"]),
        ...retryAfter,
      };
    case "rate-limit":
      return { ...target, kind, ...retryAfter };
    case "html":
      return { ...target, kind, status: status(502) };
    case "delay":
      return { ...target, kind, ms: readInteger(...at("ms"), { from: 0, to: 86_400_000 }) };
    case "drop":
    case "reset":
      return { ...target, kind, when: readChoice(...at("when"), effectTimes) };
    case "no-answer":
      return { ...target, kind, when: readChoice(...at("when"), effectTimes, "before-effect") };
    case "half-body":
      return { ...target, kind };
    case "act":
      return {
        ...target,
        kind,
        act: readAction(given.act),
        when: readChoice(...at("when"), ["before", "after"], "before"),
      };
    default:
      return kind satisfies never;
  }
}

const propertiesByKind = {
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
  const path = given.path === undefined ? undefined : readText(given.path, `${what}'s path`);
  if (path !== undefined && !/^[/*]/.test(path))
    throw unexpectedValue(`${what}'s path`, path, "a path that begins with a slash");
  return {
    ...readTexts(given, what, ["method"]),
    ...(path !== undefined && { path }),
    times: readInteger(given.times, `${what}'s times`, { from: 1, to: 1_000_000 }, 1),
    skip: readInteger(given.skip, `${what}'s skip`, { from: 0, to: 1_000_000 }, 0),
  };
}

function readTexts<const T extends string>(
  given: Properties,
  what: string,
  names: readonly T[],
): { [name in T]?: string } {
  const found = names.filter((name) => given[name] !== undefined);
  return Object.fromEntries(found.map((name) => [name, readText(given[name], `${what}'s ${name}`)])) as {
    [name in T]?: string;
  };
}

import { readChoice, readFlag, readInteger, readNumber, readObject, readText, SetupError } from "./checks";

/**
 * What UpCloud does not document, or documents in two ways, and what tests may want otherwise. The default is the
 * recorded or documented behaviour where there is one, else the stricter one.
 */
export interface Rules {
  /** How many public addresses a server may have. 1 to 100, default 5. */
  addressLimit: number;
  /** What the limit counts: each family for itself, or all public addresses of the server. Default `per-family`. */
  addressLimitCounts: "per-family" | "in-all";
  /** Whether attached floating addresses count as well. Default true. */
  floatingCountsToLimit: boolean;
  /** `obsolete`: API 1.2 answers API_VERSION_OBSOLETE. Default `served`. */
  api12: "served" | "obsolete";
  /** Whether a bearer token is accepted under /1.2 too. Default true. */
  bearerOn12: boolean;
  /** `documented`: an address is modified by PUT in 1.2 and by PATCH in 1.3 only. Default `both`, as clients rely on it. */
  modifyMethods: "both" | "documented";
  /** `own`: an address in a path is found in UpCloud's own spelling only; else IP_ADDRESS_NOT_FOUND. Default `own`. */
  addressSpelling: "own" | "any";
  /** A PTR record that ends in a dot: kept as sent, stored without the dot, or PTR_RECORD_INVALID. Default `refuse`. */
  ptrTrailingDot: "refuse" | "keep" | "strip";
  /** A PTR record with upper-case letters: kept as sent, stored in lower case, or PTR_RECORD_INVALID. Default `keep`. */
  ptrUpperCase: "refuse" | "keep" | "lower";
  /** A PTR record with underscores. Default `refuse`. */
  ptrUnderscore: "refuse" | "keep";
  /** An empty PTR record: PTR_RECORD_INVALID, or back to the default name. Default `refuse`. */
  ptrEmpty: "refuse" | "reset";
  /** The domain under which the default PTR names are. Default `upcloud.host`. */
  defaultPtrDomain: string;
  /** Releasing the last address of a server. Default `refuse`, with SERVER_STATE_ILLEGAL. */
  releaseLastAddress: "refuse" | "allow";
  /** Releasing the address that is part of the server's plan. Default `allow`; `refuse` answers ACTION_FORBIDDEN. */
  releasePartOfPlan: "refuse" | "allow";
  /** Assigning an internal address to a server that has none. Default `allow`; `refuse` answers IP_ADDRESS_LIMIT_REACHED. */
  assignPrivate: "refuse" | "allow";
  /** Whether `release_policy` shows in addresses of API 1.3. Default false, as recorded. */
  showReleasePolicy: boolean;
  /** Credits that the account must have for one more public IPv4 address. Nothing is charged. Default 0.336. */
  creditsForIPv4: number;
  /** How far each request moves the virtual clock, in ms. Default 2000. Without effect on the real clock. */
  requestMs: number;
  /** How long a hard stop takes, in ms. Default 6000 (recorded: 6 to 12 s). */
  hardStopMs: number;
  /** How long the guest takes to shut down when stopped softly, in ms. Default 8000. */
  softStopMs: number;
  /** Whether the second half of a stop shows as `maintenance`. Default false: recorded stops show `started` to the end. */
  stopShowsMaintenance: boolean;
  /** The longest `timeout` of a stop or restart that is accepted, in seconds. Default 900, the longest recorded. */
  stopTimeoutMaxSeconds: number;
  /** How long a start takes, in ms. Default 1000. */
  startMs: number;
  /** `started`: a start answers when the server runs, as recorded. `maintenance`: at once. Default `started`. */
  startAnswers: "started" | "maintenance";
  /** When a hard restart begins to show as `maintenance`, in ms. Default 6000. */
  restartMaintenanceMs: number;
  /** When a hard restart is over, in ms. Default 22000. */
  restartMs: number;
  /** Request bodies larger than this many bytes are refused with 413. Default 65536. */
  maxBodyBytes: number;
}

/** The rules that hold where nothing else is asked for. */
export const defaultRules: Readonly<Rules> = {
  addressLimit: 5,
  addressLimitCounts: "per-family",
  floatingCountsToLimit: true,
  api12: "served",
  bearerOn12: true,
  modifyMethods: "both",
  addressSpelling: "own",
  ptrTrailingDot: "refuse",
  ptrUpperCase: "keep",
  ptrUnderscore: "refuse",
  ptrEmpty: "refuse",
  defaultPtrDomain: "upcloud.host",
  releaseLastAddress: "refuse",
  releasePartOfPlan: "allow",
  assignPrivate: "allow",
  showReleasePolicy: false,
  creditsForIPv4: 0.336,
  requestMs: 2000,
  hardStopMs: 6000,
  softStopMs: 8000,
  stopShowsMaintenance: false,
  stopTimeoutMaxSeconds: 900,
  startMs: 1000,
  startAnswers: "started",
  restartMaintenanceMs: 6000,
  restartMs: 22000,
  maxBodyBytes: 65536,
};

/** Checks rules that a person wrote, and fills in the defaults. */
export function readRules(value: unknown, what = "rules"): Rules {
  if (value === undefined) return { ...defaultRules };
  const given = readObject(value, what, Object.keys(defaultRules));
  const at = (name: keyof Rules) => [given[name], `${what}.${name}`] as const;
  const ms = (name: keyof Rules & `${string}Ms`) =>
    readInteger(...at(name), { from: 0, to: 86_400_000 }, defaultRules[name]);
  const rules: Rules = {
    addressLimit: readInteger(...at("addressLimit"), { from: 1, to: 100 }, defaultRules.addressLimit),
    addressLimitCounts: readChoice(
      ...at("addressLimitCounts"),
      ["per-family", "in-all"],
      defaultRules.addressLimitCounts,
    ),
    floatingCountsToLimit: readFlag(...at("floatingCountsToLimit"), defaultRules.floatingCountsToLimit),
    api12: readChoice(...at("api12"), ["served", "obsolete"], defaultRules.api12),
    bearerOn12: readFlag(...at("bearerOn12"), defaultRules.bearerOn12),
    modifyMethods: readChoice(...at("modifyMethods"), ["both", "documented"], defaultRules.modifyMethods),
    addressSpelling: readChoice(...at("addressSpelling"), ["own", "any"], defaultRules.addressSpelling),
    ptrTrailingDot: readChoice(...at("ptrTrailingDot"), ["refuse", "keep", "strip"], defaultRules.ptrTrailingDot),
    ptrUpperCase: readChoice(...at("ptrUpperCase"), ["refuse", "keep", "lower"], defaultRules.ptrUpperCase),
    ptrUnderscore: readChoice(...at("ptrUnderscore"), ["refuse", "keep"], defaultRules.ptrUnderscore),
    ptrEmpty: readChoice(...at("ptrEmpty"), ["refuse", "reset"], defaultRules.ptrEmpty),
    defaultPtrDomain: readText(...at("defaultPtrDomain"), defaultRules.defaultPtrDomain),
    releaseLastAddress: readChoice(...at("releaseLastAddress"), ["refuse", "allow"], defaultRules.releaseLastAddress),
    releasePartOfPlan: readChoice(...at("releasePartOfPlan"), ["refuse", "allow"], defaultRules.releasePartOfPlan),
    assignPrivate: readChoice(...at("assignPrivate"), ["refuse", "allow"], defaultRules.assignPrivate),
    showReleasePolicy: readFlag(...at("showReleasePolicy"), defaultRules.showReleasePolicy),
    creditsForIPv4: readNumber(...at("creditsForIPv4"), defaultRules.creditsForIPv4),
    requestMs: ms("requestMs"),
    hardStopMs: ms("hardStopMs"),
    softStopMs: ms("softStopMs"),
    stopShowsMaintenance: readFlag(...at("stopShowsMaintenance"), defaultRules.stopShowsMaintenance),
    stopTimeoutMaxSeconds: readInteger(
      ...at("stopTimeoutMaxSeconds"),
      { from: 1, to: 86_400 },
      defaultRules.stopTimeoutMaxSeconds,
    ),
    startMs: ms("startMs"),
    startAnswers: readChoice(...at("startAnswers"), ["started", "maintenance"], defaultRules.startAnswers),
    restartMaintenanceMs: ms("restartMaintenanceMs"),
    restartMs: ms("restartMs"),
    maxBodyBytes: readInteger(...at("maxBodyBytes"), { from: 1, to: 1_073_741_824 }, defaultRules.maxBodyBytes),
  };
  if (rules.restartMs < rules.restartMaintenanceMs) {
    throw new SetupError(`${what}.restartMs is ${rules.restartMs}: expected no less than restartMaintenanceMs.`);
  }
  return rules;
}

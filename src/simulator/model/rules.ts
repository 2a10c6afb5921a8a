/**
 * Behaviour of UpCloud that is undocumented or ambiguous, and behaviour that tests may need to be different. The default
 * is what was recorded or documented, otherwise the stricter alternative.
 */
export interface Rules {
  /**
   * The maximum number of public addresses of a server, 1 to 100.
   *
   * @default 5
   */
  addressLimit: number;
  /**
   * Whether `addressLimit` applies to each family separately, or to all public addresses of the server.
   *
   * @default "per-family"
   */
  addressLimitCounts: "per-family" | "in-all";
  /**
   * Whether attached floating addresses count towards `addressLimit`.
   *
   * @default true
   */
  floatingCountsToLimit: boolean;
  /**
   * `served`: API 1.2 is available. `obsolete`: it responds with API_VERSION_OBSOLETE.
   *
   * @default "served"
   */
  api12: "served" | "obsolete";
  /**
   * Whether API 1.2 accepts bearer tokens.
   *
   * @default true
   */
  bearerOn12: boolean;
  /**
   * The methods that modify an address. `both`: PUT and PATCH in both versions, because clients rely on it.
   * `documented`: only PUT in API 1.2 and only PATCH in API 1.3.
   *
   * @default "both"
   */
  modifyMethods: "both" | "documented";
  /**
   * The spellings of an IPv6 address that a path may contain. `own`: only UpCloud's own, otherwise the response is
   * IP_ADDRESS_NOT_FOUND. `any`: every valid one.
   *
   * @default "own"
   */
  addressSpelling: "own" | "any";
  /**
   * A PTR record with a trailing dot is rejected with PTR_RECORD_INVALID, stored as sent, or stored without the dot.
   *
   * @default "refuse"
   */
  ptrTrailingDot: "refuse" | "keep" | "strip";
  /**
   * A PTR record with upper-case letters is rejected with PTR_RECORD_INVALID, stored as sent, or stored in lower case.
   *
   * @default "keep"
   */
  ptrUpperCase: "refuse" | "keep" | "lower";
  /**
   * A PTR record with underscores is rejected with PTR_RECORD_INVALID, or stored as sent.
   *
   * @default "refuse"
   */
  ptrUnderscore: "refuse" | "keep";
  /**
   * An empty PTR record is rejected with PTR_RECORD_INVALID, or resets the PTR record to the default name.
   *
   * @default "refuse"
   */
  ptrEmpty: "refuse" | "reset";
  /**
   * The domain of the default PTR records.
   *
   * @default "upcloud.host"
   */
  defaultPtrDomain: string;
  /**
   * Whether the last address of a server can be released; `refuse` responds with SERVER_STATE_ILLEGAL.
   *
   * @default "refuse"
   */
  releaseLastAddress: "refuse" | "allow";
  /**
   * Whether the address that is part of a server's plan can be released; `refuse` responds with ACTION_FORBIDDEN.
   *
   * @default "allow"
   */
  releasePartOfPlan: "refuse" | "allow";
  /**
   * Whether a server without an internal address can get one; `refuse` responds with IP_ADDRESS_LIMIT_REACHED.
   *
   * @default "allow"
   */
  assignPrivate: "refuse" | "allow";
  /**
   * Whether addresses in API 1.3 include `release_policy`. Recorded responses do not.
   *
   * @default false
   */
  showReleasePolicy: boolean;
  /**
   * The credits that the account must have to get a public IPv4 address. The simulator never charges them.
   *
   * @default 0.336
   */
  creditsForIPv4: number;
  /**
   * The time by which each request advances the virtual clock, in ms, 0 to 86400000. The real clock ignores it.
   *
   * @default 2000
   */
  requestMs: number;
  /**
   * The duration of a hard stop, in ms, 0 to 86400000. Recorded hard stops took 6 to 12 s.
   *
   * @default 6000
   */
  hardStopMs: number;
  /**
   * The duration of a soft stop, in ms, 0 to 86400000.
   *
   * @default 8000
   */
  softStopMs: number;
  /**
   * Whether a server is in `maintenance` during the second half of a stop. Recorded stops stay `started` to the end.
   *
   * @default false
   */
  stopShowsMaintenance: boolean;
  /**
   * The maximum `timeout` of a stop or restart, in seconds, 1 to 86400. 900 is the longest that was recorded.
   *
   * @default 900
   */
  stopTimeoutMaxSeconds: number;
  /**
   * The duration of a start, in ms, 0 to 86400000.
   *
   * @default 1000
   */
  startMs: number;
  /**
   * When the response to a start is sent. `started`: when the start is complete, as recorded. `maintenance`:
   * immediately.
   *
   * @default "started"
   */
  startAnswers: "started" | "maintenance";
  /**
   * The time from a hard restart to the state `maintenance`, in ms, 0 to 86400000.
   *
   * @default 6000
   */
  restartMaintenanceMs: number;
  /**
   * The duration of a hard restart, in ms, `restartMaintenanceMs` to 86400000.
   *
   * @default 22000
   */
  restartMs: number;
  /**
   * The maximum size of a request body, in bytes. A larger one is rejected with status 413.
   *
   * @default 65536
   */
  maxBodyBytes: number;
}

/** The default rules. */
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

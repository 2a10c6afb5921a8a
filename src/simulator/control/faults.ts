import type { AccountAction } from "./accountActions";

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

import type { AccountAction } from "./accountActions";

/** Selects the requests that a fault applies to. */
export interface FaultTarget {
  /**
   * The HTTP method, in upper or lower case.
   *
   * @default every method
   */
  method?: string;
  /**
   * The path, with or without the API version, such as `/1.2/ip_address` or `/ip_address/*`. `*` matches any characters
   * except a slash, `**` any characters.
   *
   * @default every path
   */
  path?: string;
  /**
   * The number of matching requests that the fault applies to, 1 to 1000000.
   *
   * @default 1
   */
  times?: number;
  /**
   * The number of matching requests before the first one that the fault applies to, 0 to 1000000.
   *
   * @default 0
   */
  skip?: number;
}

/**
 * A fault that the simulator injects into requests. A request that meets an `error`, `rate-limit` or `html` fault has no
 * effect on the account; one that meets a `half-body` fault has.
 */
export type Fault = FaultTarget &
  (
    | {
        /** Responds with an error in UpCloud's format. */
        kind: "error";
        /** The HTTP status, 200 to 599. */
        status: number;
        /**
         * The `error_code` of the response.
         *
         * @default "SERVICE_ERROR"
         */
        errorCode?: string;
        /**
         * The `error_message` of the response.
         *
         * @default a sentence that says that this is a queued fault
         */
        errorMessage?: string;
        /**
         * The value of the Retry-After header, in seconds, 0 to 86400.
         *
         * @default no such header
         */
        retryAfterSeconds?: number;
      }
    | {
        /** Responds with status 429 and a Retry-After header. */
        kind: "rate-limit";
        /**
         * The value of the Retry-After header, in seconds, 0 to 86400.
         *
         * @default 1
         */
        retryAfterSeconds?: number;
      }
    | {
        /** Responds with the HTML error page of a proxy. */
        kind: "html";
        /**
         * The HTTP status, 200 to 599.
         *
         * @default 502
         */
        status?: number;
      }
    | {
        /** Delays the request. The next matching fault applies to it as well. */
        kind: "delay";
        /** The delay in ms of real time, 0 to 86400000. */
        ms: number;
      }
    | {
        /** Closes the connection without a response; `reset` does it with a TCP reset. */
        kind: "drop" | "reset";
        /** Whether the connection closes before or after the request takes effect. Before means that it never does. */
        when: "before-effect" | "after-effect";
      }
    | {
        /** Never sends a response, and keeps the connection open. */
        kind: "no-answer";
        /**
         * `after-effect`: the request takes effect. `before-effect`: it does not.
         *
         * @default "before-effect"
         */
        when?: "before-effect" | "after-effect";
      }
    | {
        /** Sends half of the response body, then closes the connection. */
        kind: "half-body";
      }
    | {
        /** Changes the account, as a concurrent user would. The next matching fault applies to the request as well. */
        kind: "act";
        /** The change to the account. */
        act: AccountAction;
        /**
         * Whether the change happens before or after the request takes effect.
         *
         * @default "before"
         */
        when?: "before" | "after";
      }
  );

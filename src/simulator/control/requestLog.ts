/** A logged request. */
export interface LoggedRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** The path as sent, with API version and query. */
  readonly path: string;
  /** The HTTP status of the response. 0 until there is one, and for good if a fault suppresses the response. */
  readonly status: number;
  /** UpCloud's error code in the response. Absent if the request was accepted, or the response has none. */
  readonly errorCode?: string;
  /** The time of arrival, in ms on the simulator's clock. */
  readonly atMs: number;
}

const maxRequests = 100_000;

/** The requests, oldest first. Beyond `maxRequests` the oldest ones are dropped. */
export class RequestLog {
  readonly requests: LoggedRequest[] = [];

  /** Adds a request, and returns a function that sets its status and error code. */
  record(method: string, path: string, atMs: number): (status: number, errorCode?: string) => void {
    const entry: Writable<LoggedRequest> = { method, path, status: 0, atMs };
    this.requests.push(entry);
    if (this.requests.length > maxRequests) this.requests.shift();
    return (status, errorCode) => {
      entry.status = status;
      if (errorCode !== undefined) entry.errorCode = errorCode;
    };
  }

  clear(): void {
    this.requests.length = 0;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

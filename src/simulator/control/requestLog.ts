/** A request that reached the simulator. */
export interface LoggedRequest {
  /** In upper case. */
  readonly method: string;
  /** As sent, with the version and the query. */
  readonly path: string;
  /** 0 until it is answered, and for ever where a fault keeps the answer back. */
  readonly status: number;
  /** When it came, in ms on the simulator's clock. */
  readonly atMs: number;
}

const keptRequests = 100_000;

/** The requests in the order in which they came; the oldest go when there are very many. */
export class RequestLog {
  readonly requests: LoggedRequest[] = [];

  /** Enters a request, and gives back the way to enter its answer. */
  enter(method: string, path: string, atMs: number): (status: number) => void {
    const entry = { method, path, status: 0, atMs };
    this.requests.push(entry);
    if (this.requests.length > keptRequests) this.requests.shift();
    return (status) => {
      entry.status = status;
    };
  }

  clear(): void {
    this.requests.length = 0;
  }
}

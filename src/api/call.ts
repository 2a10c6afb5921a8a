import type { HttpRequest } from "./http/http";

/** One of UpCloud's verbs on its way through the layers of the client: a request, and what makes a result of its response. */
export interface Call<T> extends HttpRequest {
  /** Makes the result from the body, `undefined` where there is none. Fails with `ShapeError`. */
  read(body: unknown): T;
  /** Called before each retry. A result counts as the call's own, and nothing more is sent. An error is final. */
  beforeRetry?: (() => Promise<T | undefined>) | undefined;
}

/** What a layer offers to the one outside it. */
export type SendCall = <T>(call: Call<T>) => Promise<T>;

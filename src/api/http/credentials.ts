/** What a request is authenticated with. */
export type Credentials = { token: string } | { username: string; password: string };

/** An HTTP proxy that requests go through. */
export interface HttpProxy {
  /** The environment variable that names it, for messages. */
  variable: string;
  /** Scheme, host and port, without the credentials. */
  url: string;
  /** Empty if the proxy asks for none, like `password`. */
  username: string;
  password: string;
}

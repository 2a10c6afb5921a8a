export interface UsernameAndPassword {
  username: string;
  password: string;
}

/** What a request is authenticated with. */
export type Credentials = { token: string } | UsernameAndPassword;

/** An HTTP proxy that requests go through. User name and password are empty if it asks for none. */
export interface HttpProxy extends UsernameAndPassword {
  /** The environment variable that names it, for messages. */
  variable: string;
  /** Scheme, host and port, without the credentials. */
  url: string;
}

/** As HTTP's Basic scheme sends them. */
export const basicCredentials = ({ username, password }: UsernameAndPassword): string =>
  Buffer.from(`${username}:${password}`).toString("base64");

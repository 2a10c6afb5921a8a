/** What a request is authenticated with. */
export type Credentials = { token: string } | { username: string; password: string };

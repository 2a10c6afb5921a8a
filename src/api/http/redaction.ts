import type { Credentials } from "./credentials";

/** Cuts the credentials, in every form in which they travel, out of a text that goes into an error. */
export function redactor(credentials: Credentials): (text: string) => string {
  const secrets =
    "token" in credentials
      ? [credentials.token]
      : [
          Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64"),
          credentials.password,
          encodeURIComponent(credentials.password),
        ];
  return (text) => secrets.reduce((cut, secret) => (secret === "" ? cut : cut.replaceAll(secret, "[redacted]")), text);
}

import { basicCredentials, type Credentials, type HttpProxy, type UsernameAndPassword } from "./credentials";

/** Removes the credentials from a text. */
export type Redact = (text: string) => string;

/** Finds the credentials, and those of a proxy, in every form in which they are sent. */
export function createRedact(credentials: Credentials, proxy?: HttpProxy): Redact {
  const secrets = [
    ...("token" in credentials ? [credentials.token] : formsOf(credentials)),
    ...(proxy?.password ? formsOf(proxy) : []),
  ];
  return (text) =>
    secrets.reduce((redacted, secret) => (secret === "" ? redacted : redacted.replaceAll(secret, "[redacted]")), text);
}

const formsOf = (credentials: UsernameAndPassword) => [
  basicCredentials(credentials),
  credentials.password,
  encodeURIComponent(credentials.password),
];

/**
 * A copy of an error, to be the `cause` of another: its name, message, code, stack and causes without the credentials, and
 * nothing else of it. undici's error of a response that is not HTTP has its bytes.
 */
export function redactError(error: unknown, redact: Redact): Error {
  const { message = String(error), stack, name, code, cause, errors } = Object(error) as Partial<AnyError>;
  const copy = new Error(redact(message), cause === undefined ? undefined : { cause: redactError(cause, redact) });
  if (stack !== undefined) copy.stack = redact(stack);
  if (name !== undefined) copy.name = name;
  return Object.assign(copy, {
    ...(typeof code === "string" && { code: redact(code) }),
    ...(errors && { errors: errors.map((each) => redactError(each, redact)) }),
  });
}

/** An error of Node, undici or OpenSSL, and what none of them is. */
type AnyError = NodeJS.ErrnoException & { errors: unknown[] };

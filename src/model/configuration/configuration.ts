import type { Credentials, HttpProxy } from "../../api/http/credentials";
import { type ApiVersion, apiVersions } from "../../api/wire";
import { parseDuration } from "../durations";
import { powerCycle as checkPowerCycle } from "../inputRules";
import type { PowerCycleInput } from "../inputs";
import { parseJson } from "../json";
import { ConfigurationError, MissingCredentialsError } from "./configurationError";
import { providerNameKey } from "./keys";
import { proxyFor } from "./proxy";

/** A value of the stack's configuration by its full key, such as `upcloud:token`. */
export type StackConfig = (key: string) => string | undefined;

/** How to reach the UpCloud account. */
export interface Configuration {
  /** Scheme, host and port, with a path only where a proxy needs one; no version. */
  baseUrl: string;
  credentials: Credentials;
  apiVersion: ApiVersion;
  /** Longest time for one request and its whole response, in milliseconds. */
  requestTimeoutMs: number;
  /** From the environment; absent if requests go to UpCloud directly. */
  proxy?: HttpProxy | undefined;
}

/** The stack's configuration first, then the environment. Credentials come from one of the two, never mixed. */
export function readConfiguration(config: StackConfig, env: NodeJS.ProcessEnv): Configuration {
  try {
    return readEach(config, env);
  } catch (error) {
    const provider = config(providerNameKey);
    throw provider !== undefined && error instanceof ConfigurationError ? error.ofProvider(provider) : error;
  }
}

function readEach(config: StackConfig, env: NodeJS.ProcessEnv): Configuration {
  const baseUrl = baseUrlIn(config("upcloud:apiBaseUrl") ?? nonEmpty(env.UPCLOUD_DEBUG_API_BASE_URL) ?? defaultBaseUrl);
  return {
    credentials: credentialsIn(config, env),
    baseUrl,
    proxy: proxyFor(baseUrl, env),
    apiVersion: apiVersionIn(config, env),
    requestTimeoutMs: requestTimeoutIn(
      config("upcloud:requestTimeout") ?? nonEmpty(env.UPCLOUD_REQUEST_TIMEOUT) ?? defaultRequestTimeout,
    ),
  };
}

/** What to tell the user when UpCloud refuses one version of its API and the client goes on with another. */
export const versionNotice = (from: ApiVersion, to: ApiVersion): string =>
  `UpCloud no longer supports API ${from}: using ${to} instead. Set upcloud:apiVersion to ${to}.`;

/** The stack's default for `powerCycle`: `true`, `false`, or JSON such as `{"stopType":"hard"}`. */
export function powerCycleIn(text: string | undefined): PowerCycleInput {
  if (text === undefined || text === "") return false;
  const value = parseJson(text);
  const outcome = checkPowerCycle(value === undefined ? text : value);
  if ("value" in outcome) return outcome.value;
  throw new ConfigurationError(`upcloud:powerCycle in the stack's configuration: ${outcome.reason}`);
}

const defaultBaseUrl = "https://api.upcloud.com";
/** The same as in UpCloud's Terraform provider. */
const defaultRequestTimeout = "2m";

function credentialsIn(config: StackConfig, env: NodeJS.ProcessEnv): Credentials {
  const fromStack = credentialsOf("the stack's configuration", {
    token: ["upcloud:token", config("upcloud:token")],
    username: ["upcloud:username", config("upcloud:username")],
    password: ["upcloud:password", config("upcloud:password")],
  });
  const credentials =
    fromStack ??
    credentialsOf("the environment", {
      token: ["UPCLOUD_TOKEN", env.UPCLOUD_TOKEN],
      username: ["UPCLOUD_USERNAME", env.UPCLOUD_USERNAME],
      password: ["UPCLOUD_PASSWORD", env.UPCLOUD_PASSWORD],
    });
  if (credentials !== undefined) return credentials;
  throw new MissingCredentialsError(
    "Expected credentials for UpCloud, got none: run `pulumi config set --secret upcloud:token <token>`, or set UPCLOUD_TOKEN, or UPCLOUD_USERNAME and UPCLOUD_PASSWORD.",
  );
}

type Setting = readonly [key: string, value: string | undefined];

function credentialsOf(
  where: string,
  { token, username, password }: { token: Setting; username: Setting; password: Setting },
): Credentials | undefined {
  const [tokenValue, usernameValue, passwordValue] = [token, username, password].map(([, value]) => nonEmpty(value));
  if (tokenValue !== undefined && (usernameValue !== undefined || passwordValue !== undefined)) {
    throw new ConfigurationError(
      `Expected one kind of credentials in ${where}, got ${token[0]} and ${usernameValue === undefined ? password[0] : username[0]}: remove one of them.`,
    );
  }
  if (tokenValue !== undefined) return { token: headerSafe(token[0], tokenValue) };
  if (usernameValue === undefined && passwordValue === undefined) return undefined;
  if (usernameValue === undefined || passwordValue === undefined) {
    const [present, absent] = usernameValue === undefined ? [password, username] : [username, password];
    throw new ConfigurationError(`Expected ${absent[0]} with ${present[0]} in ${where}, got nothing: set it too.`);
  }
  if (usernameValue.includes(":")) {
    throw new ConfigurationError(
      `Expected ${username[0]} to be a user name, got a value with a colon, which a user name cannot contain: copy the user name again.`,
    );
  }
  return {
    username: asCopied(username[0], "user name", usernameValue),
    password: asCopied(password[0], "password", passwordValue),
  };
}

/** What a careless copy adds would result in wrong credentials, without a visible reason. */
function asCopied(key: string, what: string, value: string): string {
  if (value === value.trim() && !/\p{Cc}/u.test(value)) return value;
  throw new ConfigurationError(
    `Expected ${key} to be a ${what}, got a value that starts or ends with a space, or contains a line break or another control character: copy the ${what} again.`,
  );
}

/** A stray line break in a token would otherwise fail deep in the HTTP library, with the token in its message. */
function headerSafe(key: string, token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConfigurationError(
    `Expected ${key} to consist of printable ASCII characters without spaces, got a value with other characters: copy the token again.`,
  );
}

function baseUrlIn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["https:", "http:"].includes(url.protocol)) {
    throw new ConfigurationError(
      `Expected upcloud:apiBaseUrl to be a URL such as ${defaultBaseUrl}, got ${text.includes("@") ? "a value with credentials" : `"${text}"`}: correct it.`,
    );
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new ConfigurationError(
      `Expected upcloud:apiBaseUrl without credentials, query or fragment, got one for ${url.host} with some of them: set credentials as upcloud:token.`,
    );
  }
  if (/\/1\.\d+\/?$/.test(url.pathname)) {
    throw new ConfigurationError(
      `Expected upcloud:apiBaseUrl without a version, got "${text}": set the version as upcloud:apiVersion.`,
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

export function apiVersionIn(config: StackConfig, env: NodeJS.ProcessEnv): ApiVersion {
  const text = config("upcloud:apiVersion") ?? nonEmpty(env.UPCLOUD_API_VERSION) ?? "1.2";
  const version = apiVersions.find((known) => known === text);
  if (version !== undefined) return version;
  throw new ConfigurationError(`Expected upcloud:apiVersion to be ${apiVersions.join(" or ")}, got "${text}".`);
}

function requestTimeoutIn(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1000 && ms <= 600_000) return ms;
  throw new ConfigurationError(
    `Expected upcloud:requestTimeout to be a duration from 1s to 10m, such as "30s", got "${text}".`,
  );
}

const nonEmpty = (value: string | undefined) => (value === undefined || value === "" ? undefined : value);

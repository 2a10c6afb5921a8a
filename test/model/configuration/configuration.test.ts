import { powerCycleIn, readConfiguration } from "../../../src/model/configuration/configuration";
import { ConfigurationError, MissingCredentialsError } from "../../../src/model/configuration/configurationError";
import { unknownKeysIn } from "../../../src/model/configuration/keys";

const read = (config: Record<string, string>, env: Record<string, string> = {}) =>
  readConfiguration((key) => config[key], env);

test("a token alone is enough: UpCloud's URL and API 1.2 are the defaults", () => {
  expect(read({ "upcloud:token": "ucat_x" })).toEqual({
    credentials: { token: "ucat_x" },
    baseUrl: "https://api.upcloud.com",
    apiVersion: "1.2",
    requestTimeoutMs: 120_000,
  });
});

test("the environment is used for what the stack does not configure", () => {
  const env = {
    UPCLOUD_USERNAME: "user",
    UPCLOUD_PASSWORD: "secret",
    UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:8080/",
    UPCLOUD_API_VERSION: "1.3",
    UPCLOUD_REQUEST_TIMEOUT: "2.01m",
  };
  expect(read({}, env)).toEqual({
    credentials: { username: "user", password: "secret" },
    baseUrl: "http://127.0.0.1:8080",
    apiVersion: "1.3",
    requestTimeoutMs: 120_600,
  });
});

test("the stack's configuration takes precedence over the environment, for all credentials together", () => {
  const env = {
    UPCLOUD_USERNAME: "user",
    UPCLOUD_PASSWORD: "secret",
    UPCLOUD_API_VERSION: "1.2",
    UPCLOUD_REQUEST_TIMEOUT: "5s",
  };
  const config = { "upcloud:token": "ucat_x", "upcloud:apiVersion": "1.3", "upcloud:requestTimeout": "10m" };
  expect(read(config, env)).toMatchObject({
    credentials: { token: "ucat_x" },
    apiVersion: "1.3",
    requestTimeoutMs: 600_000,
  });
});

test("empty environment variables count as unset", () => {
  expect(
    read({}, { UPCLOUD_TOKEN: "ucat_x", UPCLOUD_USERNAME: "", UPCLOUD_API_VERSION: "", UPCLOUD_REQUEST_TIMEOUT: "" }),
  ).toMatchObject({
    credentials: { token: "ucat_x" },
  });
});

test("a path before the version is kept", () => {
  expect(read({ "upcloud:token": "t", "upcloud:apiBaseUrl": "https://proxy.example/upcloud/" }).baseUrl).toBe(
    "https://proxy.example/upcloud",
  );
});

test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
  [
    "no credentials",
    {},
    {},
    /^Expected credentials for UpCloud, got none: run `pulumi config set --secret upcloud:token/,
  ],
  [
    "both kinds in the stack",
    { "upcloud:token": "hidden", "upcloud:username": "user" },
    {},
    /one kind of credentials in the stack's configuration, got upcloud:token and upcloud:username/,
  ],
  [
    "both kinds in the environment",
    {},
    { UPCLOUD_TOKEN: "hidden", UPCLOUD_PASSWORD: "hidden" },
    /one kind of credentials in the environment, got UPCLOUD_TOKEN and UPCLOUD_PASSWORD/,
  ],
  ["a user without a password", {}, { UPCLOUD_USERNAME: "user" }, /Expected UPCLOUD_PASSWORD with UPCLOUD_USERNAME/],
  [
    "a password without a user",
    { "upcloud:password": "hidden" },
    {},
    /Expected upcloud:username with upcloud:password/,
  ],
  ["a token with a line break", { "upcloud:token": "hid\nden" }, {}, /upcloud:token to consist of printable ASCII/],
  ...["hid\nden", " hidden", "hidden\t", "hid\u0007den"].flatMap(
    (value): [string, Record<string, string>, Record<string, string>, RegExp][] => [
      [
        `a password that is ${JSON.stringify(value)}`,
        { "upcloud:username": "user", "upcloud:password": value },
        {},
        /^Expected upcloud:password to be a password, got a value that starts or ends with a space, or contains a line break/,
      ],
      [
        `a user name that is ${JSON.stringify(value)}`,
        {},
        { UPCLOUD_USERNAME: value, UPCLOUD_PASSWORD: "hidden" },
        /^Expected UPCLOUD_USERNAME to be a user name, got a value that starts or ends with a space, or contains a line break/,
      ],
    ],
  ),
  [
    "a user name with a colon",
    {},
    { UPCLOUD_USERNAME: "user:hidden", UPCLOUD_PASSWORD: "hidden" },
    /^Expected UPCLOUD_USERNAME to be a user name, got a value with a colon/,
  ],
  [
    "a base URL with a control character",
    { "upcloud:token": "t", "upcloud:apiBaseUrl": "api\u001b[31m" },
    {},
    /got "api\\u001b\[31m"/,
  ],
  [
    "an invalid base URL",
    { "upcloud:token": "t", "upcloud:apiBaseUrl": "api.upcloud.com" },
    {},
    /to be a URL such as https:\/\/api\.upcloud\.com, got "api\.upcloud\.com"/,
  ],
  [
    "a base URL with a version",
    { "upcloud:token": "t", "upcloud:apiBaseUrl": "https://api.upcloud.com/1.3" },
    {},
    /without a version, got "https:\/\/api\.upcloud\.com\/1\.3"/,
  ],
  [
    "a base URL with credentials",
    { "upcloud:token": "t", "upcloud:apiBaseUrl": "https://user:hidden@api.upcloud.com" },
    {},
    /without credentials, query or fragment/,
  ],
  [
    "a base URL with credentials and no scheme",
    { "upcloud:token": "t", "upcloud:apiBaseUrl": "user:hidden@api.upcloud.com" },
    {},
    /got a value with credentials: correct it/,
  ],
  ...["soon", "30", "999ms", "10m1s"].map((text): [string, Record<string, string>, Record<string, string>, RegExp] => [
    `a request timeout of ${text}`,
    { "upcloud:token": "t", "upcloud:requestTimeout": text },
    {},
    new RegExp(`requestTimeout to be a duration from 1s to 10m, such as "30s", got "${text}"`),
  ]),
  ["another version", { "upcloud:token": "t", "upcloud:apiVersion": "1.4" }, {}, /to be 1\.2 or 1\.3, got "1\.4"/],
])("%s is refused, and no credential is shown", (_, config, env, message) => {
  expect(() => read(config, env)).toThrow(ConfigurationError);
  expect(() => read(config, env)).toThrow(message);
  expect(() => read(config, env)).not.toThrow(/hidden|hid\n/);
});

test("a password can contain spaces, colons and letters of any language", () => {
  const credentials = { username: "user name", password: "salä: sana" };
  expect(read({}, { UPCLOUD_USERNAME: credentials.username, UPCLOUD_PASSWORD: credentials.password })).toMatchObject({
    credentials,
  });
});

test.each([
  [undefined, false],
  ["", false],
  ["true", true],
  ['{"stopType":"hard"}', { stopType: "hard" }],
])("upcloud:powerCycle %j means %j", (text, powerCycle) => {
  expect(powerCycleIn(text)).toEqual(powerCycle);
});

test.each(["soft", "null", '{"stopType":"gentle"}'])("upcloud:powerCycle %s is refused", (text) => {
  expect(() => powerCycleIn(text)).toThrow(
    /^upcloud:powerCycle in the stack's configuration: expected true, false or /,
  );
});

describe("the arguments of an explicit provider", () => {
  const provider = { "upcloud:providerName": "second" };

  test("are named as the program has them", () => {
    expect(() => read({ ...provider, "upcloud:token": "a", "upcloud:requestTimeout": "5" })).toThrow(
      /^Provider "second": Expected requestTimeout to be a duration from 1s to 10m/,
    );
    expect(() => read({ ...provider, "upcloud:token": "a", "upcloud:username": "b" })).toThrow(
      /^Provider "second": Expected one kind of credentials in the provider's arguments, got token and username/,
    );
  });

  test("without credentials are told how to set them, and are still missing ones", () => {
    const failure = () => read(provider);
    expect(failure).toThrow(MissingCredentialsError);
    expect(failure).toThrow(
      /^Provider "second": Expected credentials for UpCloud, got none: set token, or set UPCLOUD_TOKEN/,
    );
  });
});

test.each([
  [["upcloud:token", "upcloud:apiVersion", "upcloud:retryMax", "aws:tokn", "tokn"], []],
  [
    ["upcloud:tokn", "upcloud:", "upcloud"],
    ["upcloud:tokn", "upcloud:", "upcloud"],
  ],
])("of the keys %j nobody reads %j", (keys, unknown) => {
  expect(unknownKeysIn(keys)).toEqual(unknown);
});

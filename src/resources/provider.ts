import * as pulumi from "@pulumi/pulumi";
import { configurationKeys, providerNameKey, settingsOfProvider } from "../model/configuration/keys";
import type { ServerIpAddressArgs } from "./serverIpAddress";

/**
 * An explicit provider: another UpCloud account, or other settings, for some resources and look-ups of a program.
 *
 * ```ts
 * const second = new Provider("second", { token: config.requireSecret("secondToken") });
 * new ServerIpAddress("mail", { server }, { provider: second });
 * getIpAddressesOutput({}, { provider: second });
 * ```
 *
 * It does not inherit the stack's `upcloud:` configuration: what its arguments leave out comes from the environment, and then from the
 * defaults. Token, user name and password are secret in the state by themselves. Not to store a token at all, leave it out and map an
 * environment variable: `new Provider("second", {}, { envVarMappings: { SECOND_TOKEN: "UPCLOUD_TOKEN" } })`. A change of any argument
 * replaces nothing. A `refresh` or `destroy` that does not run the program uses the arguments of the last `pulumi up`.
 *
 * Invalid values are refused in the preview, by each resource that uses the provider.
 *
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/providers/
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * @param name the resource's name
   * @param args credentials and settings
   * @param opts Pulumi's resource options, `envVarMappings` among them
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const settings = settingsIn(name, args);
    super("pulumi-nodejs", name, settings, opts);
    Object.defineProperty(this, settingsOfProvider, { value: pulumi.output(settings) });
  }
}

/** The arguments of a `Provider`. None replaces anything when it changes. */
export interface ProviderArgs {
  /**
   * An API token. Not together with `username` and `password`.
   *
   * Errors: [AUTHENTICATION_FAILED](../../docs/errors/AUTHENTICATION_FAILED.md).
   *
   * @default the environment variable `UPCLOUD_TOKEN`
   */
  token?: pulumi.Input<string>;
  /**
   * The name of an API user. Needs `password`.
   *
   * @default the environment variable `UPCLOUD_USERNAME`
   */
  username?: pulumi.Input<string>;
  /**
   * The password of the API user.
   *
   * @default the environment variable `UPCLOUD_PASSWORD`
   */
  password?: pulumi.Input<string>;
  /**
   * The URL of the API, without a version.
   *
   * @default the environment variable `UPCLOUD_DEBUG_API_BASE_URL`, otherwise `"https://api.upcloud.com"`
   */
  apiBaseUrl?: pulumi.Input<string>;
  /**
   * The version of the API: `"1.2"` or `"1.3"`. If UpCloud refuses 1.2, 1.3 is used automatically.
   *
   * @default the environment variable `UPCLOUD_API_VERSION`, otherwise `"1.2"`
   */
  apiVersion?: pulumi.Input<string>;
  /**
   * The timeout of one request, from when it is sent: a duration from `"1s"` to `"10m"`.
   *
   * @default the environment variable `UPCLOUD_REQUEST_TIMEOUT`, otherwise `"2m"`
   */
  requestTimeout?: pulumi.Input<string>;
  /**
   * Whether running servers may be stopped, unless a resource sets `powerCycle`: see `ServerIpAddressArgs`.
   *
   * @default false
   */
  powerCycle?: NonNullable<ServerIpAddressArgs["powerCycle"]>;
}

/** By full key, as in a stack's configuration: the engine hands a provider's inputs to its process as the configuration. */
function settingsIn(name: string, args: ProviderArgs): pulumi.Inputs {
  const settings: pulumi.Inputs = { [providerNameKey]: name };
  for (const [key, value] of Object.entries(args)) {
    if (!(configurationKeys as readonly string[]).includes(key)) {
      throw new pulumi.RunError(
        `Provider "${name}": expected the arguments ${configurationKeys.join(", ")}, got ${key}: remove it, or correct its name.`,
      );
    }
    if (value === undefined) continue;
    const text = pulumi.output(value).apply((known) => (typeof known === "string" ? known : JSON.stringify(known)));
    settings[`upcloud:${key}`] = secretKeys.includes(key) ? pulumi.secret(text) : text;
  }
  return settings;
}

const secretKeys = ["token", "username", "password"];

import * as pulumi from "@pulumi/pulumi";
import { settingsOfProvider } from "../model/configuration/keys";
import type {
  GetIpAddressArgs,
  GetIpAddressesArgs,
  GetIpAddressesOutputArgs,
  GetIpAddressesResult,
  GetIpAddressOutputArgs,
  GetIpAddressResult,
  LookUpOutputOptions,
} from "./types";

/**
 * Looks up an address of the UpCloud account. Uses the stack's configuration, as the resources do, or that of a `Provider` in the
 * options. It runs in the program: in an inline program of the Automation API, environment variables are those of the program's process
 * (`process.env`), not the workspace's `envVars`, which only the resources see. Set the credentials in the stack's configuration or
 * a `Provider` there. All look-ups of a program share one request where possible.
 *
 * ```ts
 * const { server, ptrRecord } = await getIpAddress({ address: "198.51.100.7" });
 * ```
 *
 * Rejects if the address is invalid or not in the account, if there are no credentials, or if UpCloud refuses the request
 * ([AUTHENTICATION_FAILED](../../docs/errors/AUTHENTICATION_FAILED.md),
 * [ACTION_FORBIDDEN](../../docs/errors/ACTION_FORBIDDEN.md)).
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "List IP addresses".
 *
 * @param args which address
 * @param opts `provider` or `parent`: whose account; other options affect only the mocks of a unit test
 */
export function getIpAddress(args: GetIpAddressArgs, opts?: pulumi.InvokeOptions): Promise<GetIpAddressResult> {
  return lookUp("getIpAddress", args, opts);
}

/**
 * Looks up an address of the UpCloud account like `getIpAddress`, with inputs that may come from resources. In a preview the
 * result is unknown as long as an input is. In an update the look-up runs after the resources of its inputs, and sees what
 * they have created.
 *
 * ```ts
 * const isPartOfPlan = getIpAddressOutput({ address: mail.address }).partOfPlan;
 * ```
 *
 * Fails as `getIpAddress` does: for an address that is invalid or not in the account, without credentials, or if UpCloud
 * refuses the request.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "List IP addresses".
 *
 * @param args which address
 * @param opts `dependsOn`, and `provider` or `parent`: whose account; other options affect only the mocks of a unit test
 */
export function getIpAddressOutput(
  args: GetIpAddressOutputArgs,
  opts?: LookUpOutputOptions,
): pulumi.Output<GetIpAddressResult> {
  return lookUpOutput("getIpAddress", args, opts);
}

/**
 * Lists the addresses of the UpCloud account that match all given filters, or every address without a filter, in the order in
 * which UpCloud lists them. The list may be empty. All look-ups of a program share one request where possible.
 *
 * ```ts
 * const [planAddress] = (await getIpAddresses({ server, access: "public" })).filter(({ partOfPlan }) => partOfPlan);
 * ```
 *
 * Rejects if a filter is invalid, such as an unknown family, if there are no credentials, or if UpCloud refuses the request
 * ([AUTHENTICATION_FAILED](../../docs/errors/AUTHENTICATION_FAILED.md),
 * [ACTION_FORBIDDEN](../../docs/errors/ACTION_FORBIDDEN.md)).
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "List IP addresses".
 *
 * @param args the filters
 * @param opts `provider` or `parent`: whose account; other options affect only the mocks of a unit test
 */
export function getIpAddresses(
  args: GetIpAddressesArgs = {},
  opts?: pulumi.InvokeOptions,
): Promise<GetIpAddressesResult> {
  return lookUp("getIpAddresses", args, opts);
}

/**
 * Lists addresses of the UpCloud account like `getIpAddresses`, with filters that may come from resources. In a preview the
 * result is unknown as long as a filter is. In an update the look-up runs after the resources of its filters, and sees what
 * they have created.
 *
 * ```ts
 * const addresses = getIpAddressesOutput({ server: mail.server, family: "IPv6" });
 * ```
 *
 * Fails as `getIpAddresses` does: for an invalid filter, without credentials, or if UpCloud refuses the request.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "List IP addresses".
 *
 * @param args the filters
 * @param opts `dependsOn`, and `provider` or `parent`: whose account; other options affect only the mocks of a unit test
 */
export function getIpAddressesOutput(
  args: GetIpAddressesOutputArgs = {},
  opts?: LookUpOutputOptions,
): pulumi.Output<GetIpAddressesResult> {
  return lookUpOutput("getIpAddresses", args, opts);
}

interface Results {
  getIpAddress: GetIpAddressResult;
  getIpAddresses: GetIpAddressesResult;
}

async function lookUp<Name extends keyof Results>(
  name: Name,
  args: object,
  opts?: pulumi.InvokeOptions,
): Promise<Results[Name]> {
  if (isMocked()) return lookUpWithMocks(name, args, opts);
  return lookUpIn(name, args, { needsFreshList: false, settings: await knownSettingsOf(name, opts) });
}

async function lookUpIn<Name extends keyof Results>(
  name: Name,
  args: object,
  context: { needsFreshList: boolean; settings: Settings | undefined },
): Promise<Results[Name]> {
  // biome-ignore lint/style/noCommonJs: only a program that looks something up needs an HTTP client.
  const lookUps = require("./lookUps") as typeof import("./lookUps");
  return lookUps[name](args, context) as Promise<Results[Name]>;
}

function lookUpOutput<Name extends keyof Results>(
  name: Name,
  args: object,
  { dependsOn, ...opts }: LookUpOutputOptions = {},
): pulumi.Output<Results[Name]> {
  // A preview creates nothing that a later list would show.
  const needsFreshList =
    !pulumi.runtime.isDryRun() && (dependsOn !== undefined || Object.values(args).some(isUnresolved));
  const before = pulumi.output(dependsOn).apply((resources) => pulumi.all([resources ?? []].flat().map(readinessOf)));
  const result = pulumi
    .all([args, before, settingsOf(name, opts)])
    .apply(([known, _, settings]) =>
      isMocked() ? lookUpWithMocks(name, known, opts) : lookUpIn(name, known, { needsFreshList, settings }),
    );
  return result as pulumi.Output<Results[Name]>;
}

type Settings = Readonly<Record<string, string>>;

/** The settings of the explicit `Provider` in the options, or of the parent's. Not secret: they are used for the request only. */
function settingsOf(
  name: string,
  { provider, parent }: pulumi.InvokeOptions = {},
): pulumi.Output<Settings> | undefined {
  const explicit = provider ?? parent?.getProvider(tokenOf(name));
  const settings = (explicit as { [settingsOfProvider]?: pulumi.Output<Settings> } | undefined)?.[settingsOfProvider];
  return settings && pulumi.unsecret(settings);
}

/** For a promise, which cannot be unknown in a preview. */
async function knownSettingsOf(name: string, opts?: pulumi.InvokeOptions): Promise<Settings | undefined> {
  const settings = settingsOf(name, opts);
  if (settings === undefined) return undefined;
  // Not public, but the SDK itself reads it, even on Outputs of another SDK version.
  const { isKnown } = settings as unknown as { isKnown: Promise<boolean> };
  if (await isKnown) return new Promise((resolve) => settings.apply(resolve));
  throw new pulumi.RunError(
    `${name}: the settings of its provider are not known yet in this preview: use ${name}Output instead.`,
  );
}

const isUnresolved = (input: unknown) => pulumi.Output.isInstance(input) || input instanceof Promise;

/** The output that is known once the resource exists. */
const readinessOf = (resource: pulumi.Resource) =>
  pulumi.CustomResource.isInstance(resource) ? resource.id : resource.urn;

/** Whether the program runs in a unit test (`pulumi.runtime.setMocks`): its `call` then answers look-ups. */
const isMocked = () => "mocks" in (pulumi.runtime.getMonitor() ?? {});

const tokenOf = (name: string) => `pulumi-nodejs:dynamic/upcloud:${name}`;

async function lookUpWithMocks<Name extends keyof Results>(
  name: Name,
  args: object,
  opts?: pulumi.InvokeOptions,
): Promise<Results[Name]> {
  const result = await pulumi.runtime.invoke(tokenOf(name), args, opts);
  // Pulumi transfers a list as an object whose keys are the indexes.
  return (name === "getIpAddresses" ? Object.values(result) : result) as Results[Name];
}

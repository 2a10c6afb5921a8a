import * as pulumi from "@pulumi/pulumi";
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
 * An address of the UpCloud account. Needs no resource and no provider: it uses the same configuration as the resources.
 * All look-ups of a program share one request.
 *
 * ```ts
 * const { server, ptrRecord } = await getIpAddress({ address: "198.51.100.7" });
 * ```
 *
 * Errors: no address, an address that is not in the account, no credentials, and what UpCloud answers.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", "List IP addresses".
 */
export function getIpAddress(args: GetIpAddressArgs, opts?: pulumi.InvokeOptions): Promise<GetIpAddressResult> {
  return lookUp("getIpAddress", args, opts);
}

/**
 * The same for inputs of which some come from resources. In a preview the result is unknown as long as an input is. It is
 * as new as its inputs: it sees what the resources that they come from have made.
 */
export function getIpAddressOutput(
  args: GetIpAddressOutputArgs,
  opts?: LookUpOutputOptions,
): pulumi.Output<GetIpAddressResult> {
  return lookUpOutput("getIpAddress", args, opts);
}

/**
 * The addresses of the UpCloud account that fit, in UpCloud's order; all of them without a filter. None is no error.
 *
 * ```ts
 * const [planAddress] = (await getIpAddresses({ server, access: "public" })).filter(({ partOfPlan }) => partOfPlan);
 * ```
 *
 * Errors: a filter that cannot fit anything, such as an unknown family; no credentials; what UpCloud answers.
 */
export function getIpAddresses(
  args: GetIpAddressesArgs = {},
  opts?: pulumi.InvokeOptions,
): Promise<GetIpAddressesResult> {
  return lookUp("getIpAddresses", args, opts);
}

/** The same for inputs of which some come from resources, as with `getIpAddressOutput`. */
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
  needsFreshList = false,
): Promise<Results[Name]> {
  if (isMocked()) return lookUpWithMocks(name, args, opts);
  // biome-ignore lint/style/noCommonJs: only a program that looks something up needs an HTTP client.
  const lookUps = require("./lookUps") as typeof import("./lookUps");
  return lookUps[name](args, { needsFreshList }) as Promise<Results[Name]>;
}

function lookUpOutput<Name extends keyof Results>(
  name: Name,
  args: object,
  { dependsOn, ...opts }: LookUpOutputOptions = {},
): pulumi.Output<Results[Name]> {
  // In a preview nothing is made that a later list would show.
  const needsFreshList =
    !pulumi.runtime.isDryRun() && (dependsOn !== undefined || Object.values(args).some(isUnresolved));
  const before = pulumi.output(dependsOn).apply((resources) => pulumi.all([resources ?? []].flat().map(readinessOf)));
  const result = pulumi.all([args, before]).apply(([known]) => lookUp(name, known, opts, needsFreshList));
  return result as pulumi.Output<Results[Name]>;
}

const isUnresolved = (input: unknown) => pulumi.Output.isInstance(input) || input instanceof Promise;

const readinessOf = (resource: pulumi.Resource) =>
  pulumi.CustomResource.isInstance(resource) ? resource.id : resource.urn;

/** The program runs in a unit test (`pulumi.runtime.setMocks`), whose `call` serves look-ups like those of any provider. */
const isMocked = () => "mocks" in (pulumi.runtime.getMonitor() ?? {});

async function lookUpWithMocks<Name extends keyof Results>(
  name: Name,
  args: object,
  opts?: pulumi.InvokeOptions,
): Promise<Results[Name]> {
  const result = await pulumi.runtime.invoke(`pulumi-nodejs:dynamic/upcloud:${name}`, args, opts);
  // Pulumi carries a list over as an object with the indexes for names.
  return (name === "getIpAddresses" ? Object.values(result) : result) as Results[Name];
}

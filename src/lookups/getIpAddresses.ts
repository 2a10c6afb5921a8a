import * as pulumi from "@pulumi/pulumi";
import type { Access, Family } from "../api/wire";

/** An address of the account, as UpCloud tells of it when the program asks. */
export interface GetIpAddressResult {
  /** As UpCloud spells it. */
  address: string;
  /** `"IPv4"` or `"IPv6"`. */
  family: Family;
  /** In the word of the API version: the internal network is `"private"` in 1.2 and `"utility"` in 1.3. */
  access: Access;
  /** The UUID of the server; absent on a floating address that is attached to nothing, which API 1.3 alone shows. */
  server?: string;
  /** The PTR record as it is served; empty on the internal network. */
  ptrRecord: string;
  /**
   * The PTR record that UpCloud gives the address by itself. Absent where the answer does not tell it: with API 1.2, where
   * the record is another one.
   */
  defaultPtrRecord?: string;
  /** Whether the address is in the price of its server's plan. */
  partOfPlan: boolean;
  /** Whether it is a floating address. */
  floating: boolean;
  /** The MAC address of the network interface; API 1.3 only. */
  mac?: string;
  /** The zone, such as `fi-hel2`; API 1.3 only. */
  zone?: string;
}

/** In UpCloud's order. */
export type GetIpAddressesResult = GetIpAddressResult[];

/** Which address is looked up. */
export interface GetIpAddressArgs {
  /** An address of the account, in any spelling. */
  address: string;
}

/** What the addresses must have in common; what is left out is not asked for. */
export interface GetIpAddressesArgs {
  /** The UUID of the server they are on. */
  server?: string;
  /** `"IPv4"` or `"IPv6"`. */
  family?: Family;
  /** `"private"` and `"utility"` both name the internal network, whatever the API version. */
  access?: Access;
  /** A whole PTR record, in upper or lower case. */
  ptrRecord?: string;
}

/** `GetIpAddressArgs` as inputs, which may come from resources. */
export type GetIpAddressOutputArgs = { [property in keyof GetIpAddressArgs]: pulumi.Input<GetIpAddressArgs[property]> };
/** `GetIpAddressesArgs` as inputs, which may come from resources; a filter that turns out undefined is left out. */
export type GetIpAddressesOutputArgs = {
  [property in keyof GetIpAddressesArgs]: pulumi.Input<GetIpAddressesArgs[property] | undefined>;
};

/** No provider serves a look-up: `parent`, `provider` and the like only reach the mocks of a test. */
export interface LookUpOutputOptions extends pulumi.InvokeOptions {
  /**
   * Resources that must be there before the look-up is made. Of a component only itself is waited for: name the resources
   * in it. What an input comes from is waited for anyway.
   */
  dependsOn?: pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource>;
}

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
  isLate = false,
): Promise<Results[Name]> {
  if (isMocked()) return mocked(name, args, opts);
  // Loaded here: a program that looks nothing up has no use for an HTTP client.
  const lookUps = require("./lookUps") as typeof import("./lookUps");
  return lookUps[name](args, { isLate }) as Promise<Results[Name]>;
}

function lookUpOutput<Name extends keyof Results>(
  name: Name,
  args: object,
  { dependsOn, ...opts }: LookUpOutputOptions = {},
): pulumi.Output<Results[Name]> {
  // In a preview nothing is made that a later list would show.
  const isLate = !pulumi.runtime.isDryRun() && (dependsOn !== undefined || Object.values(args).some(isToCome));
  const before = pulumi.output(dependsOn).apply((resources) => pulumi.all([resources ?? []].flat().map(comingOf)));
  const result = pulumi.all([args, before]).apply(([known]) => lookUp(name, known, opts, isLate));
  return result as pulumi.Output<Results[Name]>;
}

const isToCome = (input: unknown) => pulumi.Output.isInstance(input) || input instanceof Promise;

const comingOf = (resource: pulumi.Resource) =>
  pulumi.CustomResource.isInstance(resource) ? resource.id : resource.urn;

/** The program runs in a unit test (`pulumi.runtime.setMocks`), whose `call` serves look-ups like those of any provider. */
const isMocked = () => "mocks" in (pulumi.runtime.getMonitor() ?? {});

async function mocked<Name extends keyof Results>(
  name: Name,
  args: object,
  opts?: pulumi.InvokeOptions,
): Promise<Results[Name]> {
  const result = await pulumi.runtime.invoke(`pulumi-nodejs:dynamic/upcloud:${name}`, args, opts);
  // Pulumi carries a list over as an object with the indexes for names.
  return (name === "getIpAddresses" ? Object.values(result) : result) as Results[Name];
}

import type * as pulumi from "@pulumi/pulumi";
import type { Access, Family } from "../api/wire";

/** An address of the account, as `getIpAddress` and `getIpAddresses` return it: plain data, read when the program runs. */
export interface GetIpAddressResult {
  /** The address as UpCloud spells it. */
  address: string;
  /** The family of the address: `"IPv4"` or `"IPv6"`. */
  family: Family;
  /** The network of the address, as the API version names it: the internal network is `"private"` in 1.2, `"utility"` in 1.3. */
  access: Access;
  /** The UUID of the server. Absent on a floating address that is not attached, which only API 1.3 lists. */
  server?: string;
  /** The current PTR record; the empty string on the internal network. */
  ptrRecord: string;
  /**
   * The PTR record that UpCloud sets by default, such as `94-237-9-138.fi-hel2.upcloud.host`. Absent with API 1.2 if the
   * current record is a different one, since the response then does not contain it.
   */
  defaultPtrRecord?: string;
  /** Whether the address is included in the price of its server's plan. */
  partOfPlan: boolean;
  /** Whether the address is a floating address. */
  floating: boolean;
  /** The MAC address of the network interface. Absent with API 1.2. */
  mac?: string;
  /** The zone, such as `fi-hel2`. Absent with API 1.2. */
  zone?: string;
}

/** The result of `getIpAddresses`: the matching addresses, in the order in which UpCloud lists them. */
export type GetIpAddressesResult = GetIpAddressResult[];

/** The arguments of `getIpAddress`. */
export interface GetIpAddressArgs {
  /** An IPv4 or IPv6 address of the account, in any spelling. */
  address: string;
}

/** The arguments of `getIpAddresses`: filters, all of which an address must match. */
export interface GetIpAddressesArgs {
  /**
   * The UUID of the server that has the addresses.
   *
   * @default any server, or none
   */
  server?: string;
  /**
   * The family of the addresses: `"IPv4"` or `"IPv6"`.
   *
   * @default both
   */
  family?: Family;
  /**
   * The network of the addresses: `"public"`, or the internal network as `"private"` or `"utility"`; both words work with
   * either API version.
   *
   * @default every network
   */
  access?: Access;
  /**
   * The complete PTR record of the addresses, in upper or lower case.
   *
   * @default any record
   */
  ptrRecord?: string;
}

/** The arguments of `getIpAddressOutput`: those of `getIpAddress`, as inputs that may come from resources. */
export type GetIpAddressOutputArgs = { [property in keyof GetIpAddressArgs]: pulumi.Input<GetIpAddressArgs[property]> };
/**
 * The arguments of `getIpAddressesOutput`: the filters of `getIpAddresses`, as inputs that may come from resources. A filter
 * whose value is undefined matches every address.
 */
export type GetIpAddressesOutputArgs = {
  [property in keyof GetIpAddressesArgs]: pulumi.Input<GetIpAddressesArgs[property] | undefined>;
};

/**
 * The options of `getIpAddressOutput` and `getIpAddressesOutput`. `provider`, or that of
 * `parent`, says whose account to look at if it is a `Provider`; other options affect only the mocks of a unit test.
 */
export interface LookUpOutputOptions extends pulumi.InvokeOptions {
  /**
   * Resources that must exist before the look-up runs. A component counts without its children: name the resources in it.
   * The look-up waits for the resources of its inputs anyway.
   *
   * @default none
   */
  dependsOn?: pulumi.Input<pulumi.Input<pulumi.Resource>[]> | pulumi.Input<pulumi.Resource>;
}

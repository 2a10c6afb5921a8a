import type * as pulumi from "@pulumi/pulumi";
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

import * as pulumi from "@pulumi/pulumi";
import type { Access, Family, ReleasePolicy, StopType } from "../api/wire";
import { addressOutput } from "./addressOutput";
import { dynamicProvider } from "./dynamicResource";
import { refuseImport } from "./importOption";
import { requireInstallation } from "./installation";
import { programHints, providerOf, urnOf } from "./programHints";
import { rememberRecord } from "./recordHints";

/**
 * An IP address that UpCloud assigns to a server, with its reverse-DNS (PTR) record.
 *
 * UpCloud chooses the address, and it is the resource's id. A released address cannot be recovered. UpCloud assigns and
 * releases addresses only while the server is stopped (see `powerCycle`); the PTR record can change at any time.
 *
 * ```ts
 * const mail = new ServerIpAddress("mail", {
 *   server: "009d64ef-31d1-4684-a26b-c86c955cbf46",
 *   ptrRecord: "mail.example.com",
 * });
 * export const address = mail.address;
 * ```
 *
 * Source: UpCloud API 1.2, chapter "IP addresses".
 */
export class ServerIpAddress extends pulumi.CustomResource {
  /** The address as UpCloud spells it. Equals `id`, except that `get` keeps the spelling of its argument in `id`. */
  declare readonly address: pulumi.Output<string>;
  /** The UUID of the server that has the address. */
  declare readonly server: pulumi.Output<string>;
  /** The family of the address: `"IPv4"` or `"IPv6"`. */
  declare readonly family: pulumi.Output<Family>;
  /** The network of the address, as the program names it: `"public"`, `"private"` or `"utility"`. */
  declare readonly access: pulumi.Output<Access>;
  /** The current PTR record; the empty string on the internal network. */
  declare readonly ptrRecord: pulumi.Output<string>;
  /** The PTR record that UpCloud sets by default, such as `94-237-9-138.fi-hel2.upcloud.host`. */
  declare readonly defaultPtrRecord: pulumi.Output<string>;
  /** Whether the address is included in the price of the server's plan. */
  declare readonly partOfPlan: pulumi.Output<boolean>;
  /** The MAC address of the network interface. Absent with API 1.2. */
  declare readonly mac: pulumi.Output<string | undefined>;
  /** The zone of the server, such as `fi-hel2`. Absent with API 1.2. */
  declare readonly zone: pulumi.Output<string | undefined>;

  /**
   * Reads an existing address without managing it: the resource never changes, and destroying the stack keeps the address.
   * Fails if the address is not in the account.
   *
   * @param name the resource's name
   * @param address the IPv4 or IPv6 address, in any spelling
   * @param opts Pulumi's resource options
   */
  static get(name: string, address: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ServerIpAddress {
    return new ServerIpAddress(name, {} as ServerIpAddressArgs, { ...opts, id: address });
  }

  /** Whether the value is a `ServerIpAddress`, even one from another copy of this package. */
  static override isInstance(value: unknown): value is ServerIpAddress {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === type;
  }

  constructor(name: string, args: ServerIpAddressArgs, opts?: pulumi.CustomResourceOptions) {
    requireInstallation();
    refuseImport(name, opts, "set `adopt` to take over the existing address");
    const outputs = {
      server: undefined,
      family: undefined,
      access: undefined,
      ptrRecord: undefined,
      defaultPtrRecord: undefined,
      partOfPlan: undefined,
      mac: undefined,
      zone: undefined,
    };
    const isRead = opts?.id !== undefined;
    const own = isRead
      ? { address: undefined, ...dynamicProvider("serverIpAddress") }
      : { ...args, ...dynamicProvider("serverIpAddress", hintsOf(name, args, opts)) };
    super(type, name, { ...outputs, ...own }, opts);
    if (isRead) return;
    const address = addressOutput(this, opts);
    (this as { address: pulumi.Output<string> }).address = address;
    if (args?.ptrRecord !== undefined) rememberRecord([this.id, address], name, args.ptrRecord);
  }
}

const hintsOf = (name: string, args: ServerIpAddressArgs, opts?: pulumi.CustomResourceOptions) =>
  programHints(args?.server, urnOf(type, name, opts?.parent), providerOf(type, opts));

const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";

/**
 * The arguments of a `ServerIpAddress`. The preview refuses unknown properties and invalid values.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", sections "Assign IP address" and "Modify IP address".
 */
export interface ServerIpAddressArgs {
  /**
   * The UUID of the server. A change **replaces** the resource.
   *
   * Errors: [SERVER_INVALID](../../docs/errors/SERVER_INVALID.md),
   * [SERVER_FORBIDDEN](../../docs/errors/SERVER_FORBIDDEN.md),
   * [SERVER_NOT_FOUND](../../docs/errors/SERVER_NOT_FOUND.md),
   * [SERVER_STATE_ILLEGAL](../../docs/errors/SERVER_STATE_ILLEGAL.md) if the server is not stopped,
   * [INSUFFICIENT_CREDITS](../../docs/errors/INSUFFICIENT_CREDITS.md),
   * [IP_ADDRESS_LIMIT_REACHED](../../docs/errors/IP_ADDRESS_LIMIT_REACHED.md),
   * [IP_ADDRESS_RESOURCES_UNAVAILABLE](../../docs/errors/IP_ADDRESS_RESOURCES_UNAVAILABLE.md),
   * [lost-answer](../../docs/errors/lost-answer.md) if it is unknown whether UpCloud has assigned an address.
   */
  server: pulumi.Input<string>;
  /**
   * The family of the address: `"IPv4"` or `"IPv6"`. A change **replaces** the resource.
   *
   * @default "IPv4"
   */
  family?: pulumi.Input<Family>;
  /**
   * The network of the address: `"public"`, or the internal network, which API 1.2 calls `"private"` and API 1.3
   * `"utility"`; both words work with either version. On the internal network a server has at most one address, an IPv4
   * one, and UpCloud does not release it. A change **replaces** the resource, except between `"private"` and `"utility"`.
   *
   * Errors: [CANNOT_DELETE_PRIVATE_ADDRESS](../../docs/errors/CANNOT_DELETE_PRIVATE_ADDRESS.md) when the resource is
   * deleted or replaced.
   *
   * @default "public"
   */
  access?: pulumi.Input<Access>;
  /**
   * The reverse-DNS name: a fully qualified domain name of at most 253 characters, for public addresses only. Changes **in
   * place**, even while the server runs. If omitted, a new address has UpCloud's default name; removing the property
   * restores the default name.
   *
   * Errors: [PTR_RECORD_INVALID](../../docs/errors/PTR_RECORD_INVALID.md),
   * [PTR_RECORD_NOT_SUPPORTED](../../docs/errors/PTR_RECORD_NOT_SUPPORTED.md).
   *
   * @default UpCloud's default name, `defaultPtrRecord`
   */
  ptrRecord?: pulumi.Input<string>;
  /**
   * An existing address of `server`, in any spelling, that the resource takes over instead of assigning a new one. The
   * resource then owns the address: deleting the resource releases it. Another address **replaces** the resource; removing
   * the property changes nothing.
   *
   * Errors: [IP_ADDRESS_NOT_FOUND](../../docs/errors/IP_ADDRESS_NOT_FOUND.md),
   * [IP_ADDRESS_FORBIDDEN](../../docs/errors/IP_ADDRESS_FORBIDDEN.md), and an address that is floating, or whose server,
   * family or access is different.
   *
   * @default none: UpCloud assigns a new address
   */
  adopt?: pulumi.Input<string>;
  /**
   * What happens to the address when its server is deleted: `"release"`, or `"keep"`, which turns it into a floating address that
   * is not attached. For public IPv4 addresses with API 1.3 only. Changes **in place**, with one request. Removing the property
   * restores `"release"`. Deleting the resource releases the address in any case: set `{ deletedWith: server }` so that destroying
   * a stack with its server sends nothing for the address.
   *
   * @default "release", or what an adopted address has
   */
  releasePolicy?: pulumi.Input<ReleasePolicy>;
  /**
   * How long each operation may take: durations in hours, minutes, seconds and milliseconds, such as `{ create: "1h30m" }`,
   * from 1 ms to 24.8 days (2,147,483,647 ms). Changes **in place**, without a request. Not bounded: restarting a server
   * that was stopped for the operation, which has 15 minutes of its own. Pulumi's option `customTimeouts` has no effect on
   * this resource.
   */
  timeouts?: pulumi.Input<{
    /**
     * From the first request until the address has its PTR record, including the wait until the server is stopped.
     *
     * @default "20m"
     */
    create?: pulumi.Input<string>;
    /**
     * Until the PTR record is set.
     *
     * @default "20m"
     */
    update?: pulumi.Input<string>;
    /**
     * From the first request until the address is released, including the wait until the server is stopped.
     *
     * @default "20m"
     */
    delete?: pulumi.Input<string>;
  }>;
  /**
   * Whether a running server may be stopped to assign or release the address, and how. UpCloud allows both only while the
   * server is stopped. `false`: a running server keeps running, and the operation fails with advice. `true` or an object:
   * the server is stopped, changed and started again. Changes **in place**, without a request; deleting the resource uses
   * the value that the last `pulumi up` saved.
   *
   * Errors: [SERVER_STATE_ILLEGAL](../../docs/errors/SERVER_STATE_ILLEGAL.md) if the server runs, or does not stop in time;
   * [server-not-started](../../docs/errors/server-not-started.md) if it cannot be started again.
   *
   * @default `upcloud:powerCycle` of the stack's configuration, otherwise `false`
   */
  powerCycle?: pulumi.Input<
    | boolean
    | {
        /**
         * `"soft"` asks the operating system to shut down; `"hard"` cuts the power.
         *
         * @default "soft"
         */
        stopType?: pulumi.Input<StopType>;
        /**
         * Seconds, 1 to 600, after which UpCloud turns a soft stop into a hard one.
         *
         * @default 120
         */
        timeoutSeconds?: pulumi.Input<number>;
      }
  >;
}

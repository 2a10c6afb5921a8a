import * as pulumi from "@pulumi/pulumi";
import { dynamicProvider } from "./dynamicResource";
import { refuseImport } from "./importOption";
import { requireInstallation } from "./installation";
import { urnOf } from "./programHints";
import { recordHints } from "./recordHints";

/**
 * The reverse-DNS (PTR) record of a public IP address that something else manages: an address in a server's plan, a
 * floating address, or an address of a server that another tool manages.
 *
 * The address, as UpCloud spells it, is the resource's id. The resource neither assigns nor releases the address. Deleting
 * the resource restores the previous record, unless somebody else has changed the record since.
 *
 * ```ts
 * const mail = new PtrRecord("mail", {
 *   address: "198.51.100.7",
 *   ptrRecord: "mail.example.com",
 * });
 * ```
 *
 * A `ServerIpAddress` that declares `ptrRecord` owns the record of its address: a `PtrRecord` for the same address is
 * refused.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "Modify IP address".
 */
export class PtrRecord extends pulumi.CustomResource {
  /** The address in its canonical spelling (RFC 5952 for IPv6). */
  declare readonly address: pulumi.Output<string>;
  /** The current PTR record. */
  declare readonly ptrRecord: pulumi.Output<string>;
  /**
   * The PTR record that deleting the resource restores: the one before the resource was created. UpCloud's default name if
   * there was none, or if the record already was as declared. Absent on a resource that `get` returns.
   */
  declare readonly previousPtrRecord: pulumi.Output<string | undefined>;

  /**
   * Reads the PTR record of an address without managing it: the resource never changes, and destroying the stack keeps the
   * record. Fails if the address is not in the account.
   *
   * @param name the resource's name
   * @param address the IPv4 or IPv6 address, in any spelling
   * @param opts Pulumi's resource options
   */
  static get(name: string, address: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): PtrRecord {
    return new PtrRecord(name, {} as PtrRecordArgs, { ...opts, id: address });
  }

  /** Whether the value is a `PtrRecord`, even one from another copy of this package. */
  static override isInstance(value: unknown): value is PtrRecord {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === type;
  }

  constructor(name: string, args: PtrRecordArgs, opts?: pulumi.CustomResourceOptions) {
    requireInstallation();
    refuseImport(name, opts, "declare the PTR record: `pulumi up` takes over the existing one");
    const outputs = { address: undefined, ptrRecord: undefined, previousPtrRecord: undefined };
    const named =
      opts?.id === undefined
        ? {
            ...args,
            ...dynamicProvider("ptrRecord", recordHints(name, urnOf(type, name, opts?.parent), args?.address)),
          }
        : dynamicProvider("ptrRecord");
    super(type, name, { ...outputs, ...named }, opts);
  }
}

const type = "pulumi-nodejs:dynamic/upcloud:PtrRecord";

/**
 * The arguments of a `PtrRecord`. The preview refuses unknown properties and invalid values.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", section "Modify IP address".
 */
export interface PtrRecordArgs {
  /**
   * A public IPv4 or IPv6 address of the account, in any spelling. Another address **replaces** the resource: the record of
   * the new address is set first, then the previous record of the old address is restored. Another spelling changes nothing.
   *
   * Errors: [IP_ADDRESS_NOT_FOUND](../../docs/errors/IP_ADDRESS_NOT_FOUND.md),
   * [IP_ADDRESS_FORBIDDEN](../../docs/errors/IP_ADDRESS_FORBIDDEN.md), an address of the internal network, and an address
   * whose record the program declares elsewhere.
   */
  address: pulumi.Input<string>;
  /**
   * The reverse-DNS name: a fully qualified domain name of at most 253 characters. Changes **in place**, even while the
   * server runs.
   *
   * Errors: [PTR_RECORD_INVALID](../../docs/errors/PTR_RECORD_INVALID.md).
   */
  ptrRecord: pulumi.Input<string>;
  /**
   * Whether to wait, before the PTR record is set, until `ptrRecord` resolves to `address` (its A or AAAA record). `true`
   * waits for 300 seconds; an object sets the time. Failed DNS queries are repeated. When the time is over, Pulumi warns,
   * and the PTR record is set anyway. Changes **in place**, without a request.
   *
   * @default false
   */
  waitForForwardRecord?: pulumi.Input<
    | boolean
    | {
        /**
         * Seconds to wait, 1 to 3600.
         *
         * @default 300
         */
        timeoutSeconds?: pulumi.Input<number>;
      }
  >;
  /**
   * How long each operation may take: durations in hours, minutes, seconds and milliseconds, such as `{ create: "1h30m" }`,
   * from 1 ms to 24.8 days (2,147,483,647 ms). Changes **in place**, without a request. Pulumi's option `customTimeouts` has
   * no effect on this resource.
   */
  timeouts?: pulumi.Input<{
    /**
     * From the first request until the PTR record is set, including the wait for the forward record.
     *
     * @default "20m"
     */
    create?: pulumi.Input<string>;
    /**
     * Until the PTR record is set, including the wait for the forward record.
     *
     * @default "20m"
     */
    update?: pulumi.Input<string>;
    /**
     * Until the previous PTR record is restored.
     *
     * @default "20m"
     */
    delete?: pulumi.Input<string>;
  }>;
}

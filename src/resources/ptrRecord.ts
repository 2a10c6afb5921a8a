import * as pulumi from "@pulumi/pulumi";
import { dynamicProvider } from "./dynamicResource";
import { refuseImport } from "./importOption";
import { urnOf } from "./programHints";
import { recordHints } from "./recordHints";

/**
 * The reverse-DNS (PTR) record of a public IP address that something else manages: an address in the plan of a server, a
 * floating address, the address of a server that another tool has made.
 *
 * The resource's id is the address as UpCloud spells it. The address itself is neither assigned nor released. Deleting the
 * resource puts the record back that was there before, unless somebody else has changed it since.
 *
 * ```ts
 * const mail = new PtrRecord("mail", {
 *   address: "198.51.100.7",
 *   ptrRecord: "mail.example.com",
 * });
 * ```
 *
 * The record of a `ServerIpAddress` that declares `ptrRecord` is that resource's: declared here too, it is refused.
 *
 * Source: UpCloud API 1.2, chapter "IP addresses", "Modify IP address".
 */
export class PtrRecord extends pulumi.CustomResource {
  /** The address in its canonical spelling (RFC 5952). */
  declare readonly address: pulumi.Output<string>;
  /** The PTR record as it is served. */
  declare readonly ptrRecord: pulumi.Output<string>;
  /**
   * The PTR record that deleting the resource puts back: the one that was there before. UpCloud's default name where there
   * was none, or where the record was as wanted before the resource was created. Absent on what `get` reads.
   */
  declare readonly previousPtrRecord: pulumi.Output<string | undefined>;

  /**
   * Reads the PTR record of an address. The resource is not managed: nothing changes it, and destroying the stack leaves
   * it. An address that is not in the account is an error.
   *
   * @param address in any spelling
   */
  static get(name: string, address: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): PtrRecord {
    return new PtrRecord(name, {} as PtrRecordArgs, { ...opts, id: address });
  }

  /** Whether the value is a `PtrRecord`, also of another copy of this package. */
  static override isInstance(value: unknown): value is PtrRecord {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === type;
  }

  constructor(name: string, args: PtrRecordArgs, opts?: pulumi.CustomResourceOptions) {
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
 * What a program says of a `PtrRecord`. The preview refuses a property that it does not know or whose value cannot be
 * right. Source: UpCloud API 1.2, chapter "IP addresses", "Modify IP address".
 */
export interface PtrRecordArgs {
  /**
   * A public IPv4 or IPv6 address of the account, in any spelling. Another address **replaces** the resource: the new
   * address gets the record first, then the old one gets its previous record back. Another spelling changes nothing.
   *
   * Errors: an address that is not in the account, that is not public, or whose record the program declares elsewhere.
   */
  address: pulumi.Input<string>;
  /**
   * The reverse-DNS name: a fully qualified domain name of at most 253 characters. Changed **in place**, while the server
   * runs too.
   *
   * Errors: PTR_RECORD_INVALID.
   */
  ptrRecord: pulumi.Input<string>;
  /**
   * Whether to wait, before the PTR record is set, until `ptrRecord` resolves to `address` (its A or AAAA record); default
   * `false`. `true`, or for how long. Look-ups that fail are repeated; when the time is over, Pulumi warns, and the PTR
   * record is set anyway. Changed **in place**, without a request.
   */
  waitForForwardRecord?: pulumi.Input<
    | boolean
    | {
        /** Seconds, 1 to 3600; default 300. */
        timeoutSeconds?: pulumi.Input<number>;
      }
  >;
  /**
   * How long an operation may take, such as `{ create: "10m" }`: hours, minutes, seconds and milliseconds (`"1h30m"`).
   * Default `"20m"` each. From 1 ms to 24 days. Changed **in place**, without a request. Pulumi does not pass `customTimeouts` on to resources of this kind.
   */
  timeouts?: pulumi.Input<{
    /** From the first request until the PTR record is set. */
    create?: pulumi.Input<string>;
    /** For the PTR record, and the wait for the forward record. */
    update?: pulumi.Input<string>;
    /** Until the previous PTR record is back. */
    delete?: pulumi.Input<string>;
  }>;
}

import * as pulumi from "@pulumi/pulumi";
import type { Access, Family, StopType } from "../api/wire";
import { addressOutput } from "./addressOutput";
import { dynamicProvider } from "./dynamicResource";
import { refuseImport } from "./importOption";
import { programHints, providerOf, urnOf } from "./programHints";
import { declaresRecord } from "./recordHints";

/**
 * An IP address that UpCloud assigns to a server, and its reverse-DNS (PTR) record.
 *
 * The resource's id is the address. UpCloud chooses it; a released address cannot be had again. UpCloud assigns and
 * releases addresses only while the server is stopped; the PTR record changes at any time.
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
  /** The address as UpCloud spells it; the same as `id`, which `get` leaves in the spelling it was given. */
  declare readonly address: pulumi.Output<string>;
  /** The UUID of the server. */
  declare readonly server: pulumi.Output<string>;
  /** `"IPv4"` or `"IPv6"`. */
  declare readonly family: pulumi.Output<Family>;
  /** The network, in the word of the program: `"public"`, `"private"` or `"utility"`. */
  declare readonly access: pulumi.Output<Access>;
  /** The PTR record as it is served; empty on the internal network. */
  declare readonly ptrRecord: pulumi.Output<string>;
  /** The PTR record that UpCloud gives the address by itself, such as `94-237-9-138.fi-hel2.upcloud.host`. */
  declare readonly defaultPtrRecord: pulumi.Output<string>;
  /** Whether the address is in the price of the server's plan. */
  declare readonly partOfPlan: pulumi.Output<boolean>;
  /** The MAC address of the network interface; API 1.3 only. */
  declare readonly mac: pulumi.Output<string | undefined>;
  /** The zone of the server, such as `fi-hel2`; API 1.3 only. */
  declare readonly zone: pulumi.Output<string | undefined>;

  /**
   * Reads an address that exists. The resource is not managed: nothing changes it, and destroying the stack leaves it.
   *
   * @param address in any spelling
   */
  static get(name: string, address: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ServerIpAddress {
    return new ServerIpAddress(name, {} as ServerIpAddressArgs, { ...opts, id: address });
  }

  /** Whether the value is a `ServerIpAddress`, also of another copy of this package. */
  static override isInstance(value: unknown): value is ServerIpAddress {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === type;
  }

  constructor(name: string, args: ServerIpAddressArgs, opts?: pulumi.CustomResourceOptions) {
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
    if (args?.ptrRecord !== undefined) declaresRecord([this.id, address], name, args.ptrRecord);
  }
}

const hintsOf = (name: string, args: ServerIpAddressArgs, opts?: pulumi.CustomResourceOptions) =>
  programHints(args?.server, urnOf(type, name, opts?.parent), providerOf(type, opts));

const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";

/**
 * What a program says of a `ServerIpAddress`. The preview refuses a property that it does not know or whose value cannot
 * be right. Source: UpCloud API 1.2, chapter "IP addresses", "Assign IP address" and "Modify IP address".
 */
export interface ServerIpAddressArgs {
  /**
   * The UUID of the server. Changing it **replaces** the address.
   *
   * Errors: SERVER_INVALID, SERVER_FORBIDDEN, SERVER_NOT_FOUND, SERVER_STATE_ILLEGAL when the server is not stopped,
   * INSUFFICIENT_CREDITS, IP_ADDRESS_LIMIT_REACHED, IP_ADDRESS_RESOURCES_UNAVAILABLE.
   */
  server: pulumi.Input<string>;
  /** `"IPv4"` or `"IPv6"`; default `"IPv4"`. Changing it **replaces** the address. */
  family?: pulumi.Input<Family>;
  /**
   * The network of the address; default `"public"`. `"private"` (the word of API 1.2) and `"utility"` (of API 1.3) both
   * name the internal network, where a server has one IPv4 address at most and UpCloud does not release it.
   * Changing it **replaces** the address.
   *
   * Errors: CANNOT_DELETE_PRIVATE_ADDRESS, when an address of the internal network is to be released.
   */
  access?: pulumi.Input<Access>;
  /**
   * The reverse-DNS name: a fully qualified domain name of at most 253 characters. Public addresses only. Changed **in
   * place**, while the server runs too. Left out: UpCloud's default name; taken out later: the default is restored.
   *
   * Errors: PTR_RECORD_INVALID, PTR_RECORD_NOT_SUPPORTED.
   */
  ptrRecord?: pulumi.Input<string>;
  /**
   * An address that is already on `server`, taken over instead of assigning a new one. From then on it is this
   * resource's: destroying the resource releases it. Naming another address **replaces** the resource; taking `adopt`
   * out changes nothing.
   *
   * Errors: IP_ADDRESS_NOT_FOUND, IP_ADDRESS_FORBIDDEN, and an address that is on another server or of another kind.
   */
  adopt?: pulumi.Input<string>;
  /**
   * How long an operation may take, such as `{ create: "10m" }`: hours, minutes, seconds and milliseconds (`"1h30m"`).
   * Default `"20m"` each. From 1 ms to 24 days. Changed **in place**, without a request. Pulumi does not pass `customTimeouts` on to resources of this kind.
   */
  timeouts?: pulumi.Input<{
    /** From the first request until the address has its PTR record. */
    create?: pulumi.Input<string>;
    /** For the PTR record. */
    update?: pulumi.Input<string>;
    /** Until the address is released. */
    delete?: pulumi.Input<string>;
  }>;
  /**
   * UpCloud assigns and releases addresses only while the server is stopped. `false` (default): a running server is left
   * alone, and the operation fails and says what to do. `true`, or how to stop it: stop, change, start again. Changed **in
   * place**, without a request; a release goes by what the last `pulumi up` saved.
   *
   * Errors: SERVER_STATE_ILLEGAL; the server cannot be stopped in time, or not be started again.
   */
  powerCycle?: pulumi.Input<
    | boolean
    | {
        /** `"soft"` asks the operating system to shut down, `"hard"` cuts the power; default `"soft"`. */
        stopType?: pulumi.Input<StopType>;
        /** Seconds, 1 to 600, after which a soft stop becomes a hard one; default 120. */
        timeoutSeconds?: pulumi.Input<number>;
      }
  >;
}

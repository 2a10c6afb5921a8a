import { createHttp, type HttpOptions } from "./http/http";
import { createRedact } from "./http/redaction";
import { parseLayer } from "./parse";
import { type ListedAddress, readIpAddress, readIpAddresses, readNothing, readServer, readServers } from "./responses";
import { retryLayer } from "./retry";
import { type Sleep, sleep } from "./sleep";
import { type VersionOptions, versionLayer } from "./version";
import type {
  Access,
  ApiVersion,
  AssignRequestWire,
  Family,
  IpAddressWire,
  ModifyRequestWire,
  ReleasePolicy,
  ServerWire,
  StopRequestWire,
  StopType,
} from "./wire";

export interface ClientOptions extends HttpOptions, VersionOptions {
  /** Waits before a retry. Default: real time. */
  sleep?: Sleep;
}

interface AssignRequest {
  /** UUID. */
  server: string;
  family: Family;
  /** `private` and `utility` both mean the internal network; the request has the word of its API version. */
  access: Access;
  /** API 1.3 only. Default: UpCloud's, `release`. */
  releasePolicy?: ReleasePolicy | undefined;
}

/** What is left out stays as it is. */
interface AddressChange {
  ptrRecord?: string | undefined;
  /** API 1.3 only. */
  releasePolicy?: ReleasePolicy | undefined;
}

/**
 * UpCloud's verbs. Each is one request, with retries where they are safe. Every failure is an `UpCloudError`. `signal` ends
 * requests and waits early.
 */
export interface UpCloudClient {
  readonly ipAddresses: {
    list(signal?: AbortSignal): Promise<ListedAddress[]>;
    get(address: string, signal?: AbortSignal): Promise<IpAddressWire>;
    assign(request: AssignRequest, signal?: AbortSignal): Promise<IpAddressWire>;
    modify(address: string, change: AddressChange, signal?: AbortSignal): Promise<IpAddressWire>;
    /**
     * @param isStillOurs called before a retry: the address may have been released, and may belong to somebody else now.
     *   When it returns `false`, the release is done. Default: the address is still ours.
     */
    release(address: string, signal?: AbortSignal, isStillOurs?: () => Promise<boolean>): Promise<void>;
  };
  readonly servers: {
    list(signal?: AbortSignal): Promise<ServerWire[]>;
    get(uuid: string, signal?: AbortSignal): Promise<ServerWire>;
    /** Returns before the server has stopped. After `timeoutSeconds` UpCloud turns a soft stop into a hard one. */
    stop(uuid: string, options: { type: StopType; timeoutSeconds: number }, signal?: AbortSignal): Promise<ServerWire>;
    start(uuid: string, signal?: AbortSignal): Promise<ServerWire>;
  };
  close(): Promise<void>;
}

export function createClient(options: ClientOptions): UpCloudClient {
  const redact = createRedact(options.credentials, options.proxy);
  const http = createHttp(options, redact);

  // The layers of a call, outermost first.
  const call =
    // Speaks API 1.3 when UpCloud refuses 1.2.
    versionLayer(
      options,
      // Sends again what is safe to send again.
      retryLayer(
        options.sleep ?? sleep,
        // Makes the result from the body.
        parseLayer(
          redact,
          // Sends one request over HTTP.
          http.send,
        ),
      ),
    );

  const getIpAddress: UpCloudClient["ipAddresses"]["get"] = (address, signal) =>
    call(() => ({ method: "GET", path: addressPath(address), context: { address }, signal, read: readIpAddress }));

  return {
    ipAddresses: {
      list: (signal) =>
        call(() => ({ method: "GET", path: "/ip_address", context: {}, signal, read: readIpAddresses })),

      get: getIpAddress,

      assign: (request, signal) =>
        call((version) => ({
          method: "POST",
          path: "/ip_address",
          body: assignBody(request, version),
          context: { server: request.server, assigning: true },
          signal,
          read: readIpAddress,
        })),

      async modify(address, change, signal) {
        const modified = await call((version) => ({
          method: version === "1.2" ? "PUT" : "PATCH",
          path: addressPath(address),
          body: modifyBody(change),
          context: { address, ...(change.ptrRecord !== undefined && { ptrRecord: change.ptrRecord }) },
          signal,
          read: (body) => (body === undefined ? undefined : readIpAddress(body)),
        }));
        // A response without a body is a success, too.
        return modified ?? getIpAddress(address, signal);
      },

      async release(address, signal, isStillOurs = async () => true) {
        await call(() => ({
          method: "DELETE",
          path: addressPath(address),
          context: { address },
          signal,
          read: readNothing,
          beforeRetry: async () => ((await isStillOurs()) ? undefined : null),
        }));
      },
    },

    servers: {
      list: (signal) => call(() => ({ method: "GET", path: "/server", context: {}, signal, read: readServers })),

      get: (server, signal) =>
        call(() => ({ method: "GET", path: serverPath(server), context: { server }, signal, read: readServer })),

      stop: (server, { type, timeoutSeconds }, signal) =>
        call(() => ({
          method: "POST",
          path: `${serverPath(server)}/stop`,
          body: { stop_server: { stop_type: type, timeout: String(timeoutSeconds) } } satisfies StopRequestWire,
          context: { server },
          signal,
          read: readServer,
        })),

      start: (server, signal) =>
        call(() => ({
          method: "POST",
          path: `${serverPath(server)}/start`,
          body: { server: {} },
          context: { server },
          signal,
          read: readServer,
        })),
    },

    close: http.close,
  };
}

function assignBody(request: AssignRequest, version: ApiVersion): AssignRequestWire {
  const { server, family, access, releasePolicy } = request;
  const internal = version === "1.2" ? "private" : "utility";
  const policy = version === "1.2" || releasePolicy === undefined ? {} : { release_policy: releasePolicy };
  return { ip_address: { family, access: access === "public" ? access : internal, server, ...policy } };
}

const modifyBody = ({ ptrRecord, releasePolicy }: AddressChange): ModifyRequestWire => ({
  ip_address: {
    ...(ptrRecord !== undefined && { ptr_record: ptrRecord }),
    ...(releasePolicy !== undefined && { release_policy: releasePolicy }),
  },
});

const serverPath = (uuid: string) => `/server/${encodeURIComponent(uuid)}`;

/** UpCloud accepts the colons of an IPv6 address as they are. */
const addressPath = (address: string) => `/ip_address/${encodeURIComponent(address).replaceAll("%3A", ":")}`;

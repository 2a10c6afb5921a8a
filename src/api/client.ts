import { isVersionRefused, UpCloudError } from "./errors/upCloudError";
import { createHttp, type HttpOptions, type HttpRequest } from "./http/http";
import { ipAddressesIn, ipAddressIn, type ListedAddress, ShapeError, serverIn, serversIn } from "./responses";
import { createRetry } from "./retry";
import { type Sleep, sleep } from "./sleep";
import type {
  Access,
  ApiVersion,
  AssignRequestWire,
  Family,
  IpAddressWire,
  ModifyRequestWire,
  ServerWire,
  StopRequestWire,
  StopType,
} from "./wire";

export interface ClientOptions extends HttpOptions {
  apiVersion: ApiVersion;
  /** Told once when UpCloud refuses API 1.2 and the client goes on with 1.3. */
  onVersionChange?: (from: ApiVersion, to: ApiVersion) => void;
  /** Waits before a request is repeated. Default: real time. */
  sleep?: Sleep;
}

interface AssignRequest {
  server: string;
  family: Family;
  /** `private` and `utility` both stand for the internal network: the version's own word is sent. */
  access: Access;
}

/**
 * UpCloud's verbs. Each is one request, repeated where that is safe; every failure is an `UpCloudError`. `signal` ends
 * requests and waits early.
 */
export interface UpCloudClient {
  readonly ipAddresses: {
    list(signal?: AbortSignal): Promise<ListedAddress[]>;
    get(address: string, signal?: AbortSignal): Promise<IpAddressWire>;
    assign(request: AssignRequest, signal?: AbortSignal): Promise<IpAddressWire>;
    modify(address: string, change: { ptrRecord: string }, signal?: AbortSignal): Promise<IpAddressWire>;
    /**
     * `stillOurs` is asked before a repeat: the address may be released already, and somebody else's by now. When it says
     * no, the release counts as done.
     */
    release(address: string, signal?: AbortSignal, stillOurs?: () => Promise<boolean>): Promise<void>;
  };
  readonly servers: {
    list(signal?: AbortSignal): Promise<ServerWire[]>;
    get(uuid: string, signal?: AbortSignal): Promise<ServerWire>;
    /** Answers before the server has stopped. After `timeoutSeconds` UpCloud stops a soft-stopping server hard. */
    stop(uuid: string, how: { type: StopType; timeoutSeconds: number }, signal?: AbortSignal): Promise<ServerWire>;
    start(uuid: string, signal?: AbortSignal): Promise<ServerWire>;
  };
  close(): Promise<void>;
}

export function createClient(options: ClientOptions): UpCloudClient {
  const http = createHttp(options);
  const retry = createRetry(options.sleep ?? sleep);
  let version = options.apiVersion;

  /** One request in the version of the day; a refused version cannot have had an effect, so any verb may go again. */
  async function send<T>(
    request: (version: ApiVersion) => HttpRequest,
    read: (body: unknown) => T,
    signal: AbortSignal | undefined,
    beforeRetry?: () => Promise<T | undefined>,
  ): Promise<T> {
    const used = version;
    const { path, ...rest } = request(used);
    const sent = { ...rest, path: `/${used}${path}`, signal };
    const once = async () => {
      const { status, body } = await http.send(sent);
      try {
        return read(body);
      } catch (error) {
        if (body === undefined) throw UpCloudError.unreadable(sent, status, "an empty body");
        throw UpCloudError.malformed(sent, status, (error as ShapeError).message);
      }
    };
    try {
      return await retry({ send: once, beforeRetry, signal });
    } catch (error) {
      if (used !== "1.2" || !isVersionRefused(error)) throw error;
      if (version === used) {
        version = "1.3";
        options.onVersionChange?.(used, version);
      }
      return send(request, read, signal, beforeRetry);
    }
  }

  const getAddress: UpCloudClient["ipAddresses"]["get"] = (address, signal) =>
    send(
      () => ({ method: "GET", path: `/ip_address/${encodeAddress(address)}`, subject: { address } }),
      ipAddressIn,
      signal,
    );

  return {
    ipAddresses: {
      list: (signal) => send(() => ({ method: "GET", path: "/ip_address", subject: {} }), ipAddressesIn, signal),
      get: getAddress,
      assign: ({ server, family, access }, signal) =>
        send(
          (used) => {
            const body: AssignRequestWire = { ip_address: { family, access: accessIn(used, access), server } };
            return { method: "POST", path: "/ip_address", body, subject: { server, assigning: true } };
          },
          ipAddressIn,
          signal,
        ),
      async modify(address, { ptrRecord }, signal) {
        const answer = await send(
          (used) => {
            const body: ModifyRequestWire = { ip_address: { ptr_record: ptrRecord } };
            const method = used === "1.2" ? "PUT" : "PATCH";
            return { method, path: `/ip_address/${encodeAddress(address)}`, body, subject: { address, ptrRecord } };
          },
          (body) => (body === undefined ? undefined : ipAddressIn(body)),
          signal,
        );
        // Without a body the change has succeeded, too.
        return answer ?? getAddress(address, signal);
      },
      release: (address, signal, stillOurs) =>
        send(
          () => ({ method: "DELETE", path: `/ip_address/${encodeAddress(address)}`, subject: { address } }),
          nothingIn,
          signal,
          async () => (stillOurs === undefined || (await stillOurs()) ? undefined : null),
        ).then(() => undefined),
    },
    servers: {
      list: (signal) => send(() => ({ method: "GET", path: "/server", subject: {} }), serversIn, signal),
      get: (server, signal) =>
        send(() => ({ method: "GET", path: serverPath(server), subject: { server } }), serverIn, signal),
      stop: (server, { type, timeoutSeconds }, signal) =>
        send(
          () => {
            const body: StopRequestWire = { stop_server: { stop_type: type, timeout: String(timeoutSeconds) } };
            return { method: "POST", path: `${serverPath(server)}/stop`, body, subject: { server } };
          },
          serverIn,
          signal,
        ),
      start: (server, signal) =>
        send(
          () => ({ method: "POST", path: `${serverPath(server)}/start`, body: { server: {} }, subject: { server } }),
          serverIn,
          signal,
        ),
    },
    close: http.close,
  };
}

/** A release has no body to answer with: what comes with one is somebody else's answer. */
function nothingIn(body: unknown): null {
  if (body === undefined) return null;
  throw new ShapeError("the body", "empty", body);
}

function accessIn(version: ApiVersion, access: Access): Access {
  if (access === "public") return access;
  return version === "1.2" ? "private" : "utility";
}

const serverPath = (uuid: string) => `/server/${encodeURIComponent(uuid)}`;

/** UpCloud takes the colons of an IPv6 address as they are. */
const encodeAddress = (address: string) => encodeURIComponent(address).replaceAll("%3A", ":");

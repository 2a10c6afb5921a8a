import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { ApiVersion } from "../../api/wire";
import { ApiError } from "../model/apiErrors";
import type { InternalClock } from "../model/clock";
import type { Address, Caller, Server } from "../model/entities";
import type { Store } from "../store/store";
import { AddressListSerializer } from "./addressList";
import * as ipAddress from "./ipAddresses";
import { perlJson } from "./perlJson";
import { serializeAccount, serializeIpAddress, serializeServer, serializeServerSummary } from "./serialize";
import * as server from "./servers";

export type ApiEnv = { Variables: Caller };

/** The part of the UpCloud API that concerns IP addresses. Every other path is NOT_FOUND. */
export function apiRoutes(store: Store, clock: InternalClock): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>();
  const { rules } = store;
  const lists = new AddressListSerializer(rules.showReleasePolicy);
  const addressResponse = (c: Context<ApiEnv>, status: 200 | 201 | 202, address: Address) =>
    jsonResponse(c, status, { ip_address: serializeIpAddress(address, version(c), rules.showReleasePolicy) });
  const serverResponse = (c: Context<ApiEnv>, one: Server) =>
    jsonResponse(c, 200, { server: serializeServer(store, one, version(c)) });

  api.use(limitBodySize(rules.maxBodyBytes));

  // In 1.2 the addresses of servers, in 1.3 also detached floating ones.
  api.get("/ip_address", (c) => {
    const addresses = () => ipAddress.listIpAddresses(store, caller(c));
    return jsonTextResponse(c, 200, lists.serialize(addresses, caller(c), store.revision));
  });

  // Assigns an address to a stopped server or, in 1.3, a floating one to an interface or a zone.
  api.post("/ip_address", async (c) =>
    addressResponse(c, 201, ipAddress.assignIpAddress(store, caller(c), await c.req.text())),
  );

  api.get("/ip_address/:ip", (c) =>
    addressResponse(c, 200, ipAddress.getIpAddress(store, caller(c), c.req.param("ip"))),
  );

  // Changes the PTR record; in 1.3 also the interface of a floating address, and the release policy.
  const modifyMethods = { "1.2": ["PUT"], "1.3": ["PATCH"] };
  api.on(["PUT", "PATCH"], "/ip_address/:ip", async (c, next) => {
    if (rules.modifyMethods === "documented" && !modifyMethods[version(c)].includes(c.req.method)) return next();
    const body = await c.req.text();
    return addressResponse(c, 202, ipAddress.modifyIpAddress(store, caller(c), c.req.param("ip"), body));
  });

  // Releases an address of a stopped server.
  api.delete("/ip_address/:ip", (c) => {
    ipAddress.releaseIpAddress(store, caller(c), c.req.param("ip"));
    return c.body(null, 204);
  });

  api.get("/server", (c) => {
    const servers = server.listServers(store, caller(c)).map((one) => serializeServerSummary(one, version(c)));
    return jsonResponse(c, 200, { servers: { server: servers } });
  });

  api.get("/server/:uuid", (c) => serverResponse(c, server.getServer(store, caller(c), c.req.param("uuid"))));

  // The response still says `started`; the server stops later.
  api.post("/server/:uuid/stop", async (c) => {
    const body = await c.req.text();
    return serverResponse(c, server.stopServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // The response is sent when the start is complete.
  api.post("/server/:uuid/start", async (c) => {
    const body = await c.req.text();
    return serverResponse(c, await server.startServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // The response still says `started`; `maintenance` and `started` follow.
  api.post("/server/:uuid/restart", async (c) => {
    const body = await c.req.text();
    return serverResponse(c, server.restartServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // Deletes a stopped server with its addresses. `?storages` and `?backups` are accepted and ignored.
  api.delete("/server/:uuid", (c) => {
    server.deleteServer(store, caller(c), c.req.param("uuid"));
    return c.body(null, 204);
  });

  api.get("/account", (c) => jsonResponse(c, 200, serializeAccount(store, caller(c))));

  for (const path of new Set(api.routes.map((route) => route.path).filter((path) => !path.includes("*")))) {
    api.all(path, (c) => reject("METHOD_NOT_ALLOWED", { method: c.req.method }));
  }
  api.all("*", () => reject("NOT_FOUND"));
  return api;
}

/** Rejects a body that is too large, before reading it if its length is declared. */
function limitBodySize(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const declared = Number(c.req.header("Content-Length") ?? 0);
    const tooLarge = declared > maxBytes || (await c.req.arrayBuffer()).byteLength > maxBytes;
    if (tooLarge) throw new ApiError("REQUEST_TOO_LARGE");
    await next();
  };
}

function version(c: Context<ApiEnv>): ApiVersion {
  return c.get("version");
}

function caller(c: Context<ApiEnv>): Caller {
  return { version: c.get("version"), owner: c.get("owner") };
}

function reject(...error: ConstructorParameters<typeof ApiError>): never {
  throw new ApiError(...error);
}

function jsonResponse(c: Context, status: 200 | 201 | 202, body: object): Response {
  return jsonTextResponse(c, status, `${perlJson(body)}\n`);
}

function jsonTextResponse(c: Context, status: 200 | 201 | 202, body: string | Uint8Array<ArrayBuffer>): Response {
  return c.body(body, status, { "Content-Type": "application/json; charset=UTF-8" });
}

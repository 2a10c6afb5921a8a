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

/** The part of the UpCloud API that concerns IP addresses. Everything else is NOT_FOUND. */
export function apiRoutes(store: Store, clock: InternalClock): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>();
  const { rules } = store;
  const lists = new AddressListSerializer(rules.showReleasePolicy);
  const addressReply = (c: Context<ApiEnv>, status: 200 | 201 | 202, address: Address) =>
    jsonResponse(c, status, { ip_address: serializeIpAddress(address, version(c), rules.showReleasePolicy) });
  const serverReply = (c: Context<ApiEnv>, one: Server) =>
    jsonResponse(c, 200, { server: serializeServer(store, one, version(c)) });

  api.use(limitBodySize(rules.maxBodyBytes));

  // List IP addresses; in 1.2 those on servers, in 1.3 detached floating ones as well.
  api.get("/ip_address", (c) => {
    const addresses = () => ipAddress.listIpAddresses(store, caller(c));
    return jsonTextResponse(c, 200, lists.serialize(addresses, caller(c), store.revision));
  });

  // Assign an IP address to a stopped server, or (1.3) a floating one to an interface or a zone.
  api.post("/ip_address", async (c) =>
    addressReply(c, 201, ipAddress.assignIpAddress(store, caller(c), await c.req.text())),
  );

  api.get("/ip_address/:ip", (c) => addressReply(c, 200, ipAddress.getIpAddress(store, caller(c), c.req.param("ip"))));

  // Modify: the PTR record; in 1.3 also the place of a floating address, and what its server's end means for it.
  const modifyMethods = { "1.2": ["PUT"], "1.3": ["PATCH"] };
  api.on(["PUT", "PATCH"], "/ip_address/:ip", async (c, next) => {
    if (rules.modifyMethods === "documented" && !modifyMethods[version(c)].includes(c.req.method)) return next();
    const body = await c.req.text();
    return addressReply(c, 202, ipAddress.modifyIpAddress(store, caller(c), c.req.param("ip"), body));
  });

  // Release an IP address: off its stopped server, and back to UpCloud.
  api.delete("/ip_address/:ip", (c) => {
    ipAddress.releaseIpAddress(store, caller(c), c.req.param("ip"));
    return c.body(null, 204);
  });

  api.get("/server", (c) => {
    const servers = server.listServers(store, caller(c)).map((one) => serializeServerSummary(one, version(c)));
    return jsonResponse(c, 200, { servers: { server: servers } });
  });

  api.get("/server/:uuid", (c) => serverReply(c, server.getServer(store, caller(c), c.req.param("uuid"))));

  // Stop: soft or hard, with a timeout after which a soft one becomes hard. The answer still says `started`.
  api.post("/server/:uuid/stop", async (c) => {
    const body = await c.req.text();
    return serverReply(c, server.stopServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // Start: the answer comes when the server runs.
  api.post("/server/:uuid/start", async (c) => {
    const body = await c.req.text();
    return serverReply(c, await server.startServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // Restart: the answer still says `started`; `maintenance` and `started` follow.
  api.post("/server/:uuid/restart", async (c) => {
    const body = await c.req.text();
    return serverReply(c, server.restartServer(store, caller(c), clock, c.req.param("uuid"), body));
  });

  // Delete a stopped server, and with it its addresses. `?storages` and `?backups` are taken and have no meaning here.
  api.delete("/server/:uuid", (c) => {
    server.deleteServer(store, caller(c), c.req.param("uuid"));
    return c.body(null, 204);
  });

  api.get("/account", (c) => jsonResponse(c, 200, serializeAccount(store, caller(c))));

  for (const path of new Set(api.routes.map((route) => route.path).filter((path) => !path.includes("*")))) {
    api.all(path, (c) => refuse("METHOD_NOT_ALLOWED", { method: c.req.method }));
  }
  api.all("*", () => refuse("NOT_FOUND"));
  return api;
}

/** Refuses a body that is too large; where its length is declared, before it is read. */
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

function refuse(...refusal: ConstructorParameters<typeof ApiError>): never {
  throw new ApiError(...refusal);
}

function jsonResponse(c: Context, status: 200 | 201 | 202, body: object): Response {
  return jsonTextResponse(c, status, `${perlJson(body)}\n`);
}

function jsonTextResponse(c: Context, status: 200 | 201 | 202, body: string | Uint8Array<ArrayBuffer>): Response {
  return c.body(body, status, { "Content-Type": "application/json; charset=UTF-8" });
}

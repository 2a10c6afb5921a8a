import type { ServerState } from "../../api/wire";
import { ApiError } from "../model/apiErrors";
import type { InternalClock } from "../model/clock";
import type { Caller, Server } from "../model/entities";
import { isUuid } from "../model/identifiers";
import { restartTransition, startTransition, stopTransition } from "../model/serverTransitions";
import { detach, type Store } from "../store/store";
import { readRestartRequest, readStartRequest, readStopRequest } from "./requestBodies";

export function listServers(store: Store, { owner }: Caller): Server[] {
  return store.listServers(owner);
}

export function getServer(store: Store, caller: Caller, uuid: string): Server {
  return requireOwnServer(store, caller, uuid, "The server UUID is invalid.");
}

/** Returns the server in its present state; it stops later. */
export function stopServer(store: Store, caller: Caller, clock: InternalClock, uuid: string, body: string): Server {
  const request = readStopRequest(body, store.rules);
  const server = getServer(store, caller, uuid);
  requireState(server, "started");
  const stopping = { ...server, transition: stopTransition(server, request, clock.now(), store.rules) };
  store.putServer(stopping);
  return stopping;
}

/** Resolves when the start is complete, or immediately if the request or the rules say so. */
export async function startServer(
  store: Store,
  caller: Caller,
  clock: InternalClock,
  uuid: string,
  body: string,
): Promise<Server> {
  const { isAsync } = readStartRequest(body);
  const server = getServer(store, caller, uuid);
  requireState(server, "stopped");
  const transition = startTransition(server, clock.now(), store.rules);
  const starting: Server = { ...server, state: "maintenance", transition };
  store.putServer(starting);
  if (isAsync || store.rules.startAnswers === "maintenance") return starting;
  await clock.sleep(store.rules.startMs);
  store.advanceTo(clock.now());
  return store.findServer(uuid) ?? starting;
}

/** Returns the server in its present state; it is in `maintenance` later. */
export function restartServer(store: Store, caller: Caller, clock: InternalClock, uuid: string, body: string): Server {
  const request = readRestartRequest(body, store.rules);
  const server = getServer(store, caller, uuid);
  requireState(server, "started");
  const restarting = { ...server, transition: restartTransition(server, request, clock.now(), store.rules) };
  store.putServer(restarting);
  return restarting;
}

export function deleteServer(store: Store, caller: Caller, uuid: string): void {
  const server = getServer(store, caller, uuid);
  requireState(server, "stopped");
  removeServer(store, server);
}

/**
 * Deletes a server with its addresses. Floating addresses are detached; a public IPv4 address with the release policy
 * `keep` becomes a detached floating one.
 */
export function removeServer(store: Store, server: Server): void {
  const addresses = store.addressesOf(server.uuid);
  for (const address of addresses.filter(({ floating }) => floating)) store.putAddress(detach(address));
  for (const address of addresses.filter(({ floating }) => !floating)) {
    const isKept = address.releasePolicy === "keep" && address.access === "public" && address.family === "IPv4";
    if (isKept) store.putAddress({ ...detach(address), floating: true, partOfPlan: false });
    else store.releaseAddress(address);
  }
  store.removeServer(server.uuid);
}

export function requireOwnServer(store: Store, { owner }: Caller, uuid: string, invalid?: string): Server {
  if (!isUuid(uuid)) throw new ApiError("SERVER_INVALID", {}, invalid);
  const server = store.findServer(uuid);
  if (server === undefined) throw new ApiError("SERVER_NOT_FOUND", { server: uuid });
  if (server.owner !== owner) throw new ApiError("SERVER_FORBIDDEN");
  return server;
}

export function requireState(server: Server, state: ServerState): void {
  if (server.state !== state) throw new ApiError("SERVER_STATE_ILLEGAL", { server: server.uuid, state: server.state });
}

import type { Family } from "../../api/wire";
import { ApiError } from "../model/apiErrors";
import type { Address, Caller, Network, Server } from "../model/entities";
import { addressKey } from "../model/ipAddress";
import { normalizePtrRecord } from "../model/ptrRecord";
import type { Rules } from "../model/rules";
import { detach, type Store } from "../store/store";
import { type AssignRequest, type ModifyRequest, readAssignRequest, readModifyRequest } from "./requestBodies";
import { requireOwnServer, requireState } from "./servers";

// Each operation checks everything before it changes anything: a rejected request must have no effect.

/** The caller's addresses; in 1.2 without detached floating ones. */
export function listIpAddresses(store: Store, caller: Caller): Address[] {
  return store.listAddresses(caller.owner).filter((address) => isVisibleTo(caller, address));
}

export function getIpAddress(store: Store, caller: Caller, text: string): Address {
  return requireOwnAddress(store, caller, text);
}

export function assignIpAddress(store: Store, caller: Caller, body: string): Address {
  const request = readAssignRequest(body, caller.version);
  if (request.kind === "floating") return assignFloating(store, caller, request);
  const server = requireOwnServer(store, caller, request.server);
  requireState(server, "stopped");
  return assignToServer(store, server, request);
}

export function modifyIpAddress(store: Store, caller: Caller, text: string, body: string): Address {
  const key = addressKey(text);
  if (key === undefined) throw new ApiError("IP_ADDRESS_INVALID");
  const request = readModifyRequest(body, caller.version);
  const ptrRecord = request.ptrRecord === undefined ? undefined : parsePtrRecord(request.ptrRecord, store.rules);
  const address = requireOwnAddress(store, caller, text);
  if (ptrRecord !== undefined && address.access === "private") throw new ApiError("PTR_RECORD_NOT_SUPPORTED");
  const attached = attach(store, caller, address, request);
  const changed: Address = {
    ...attached,
    ...(ptrRecord !== undefined && { ptrRecord: ptrRecord || store.defaultPtrRecord(address.address, address.zone) }),
    ...(request.releasePolicy !== undefined && { releasePolicy: request.releasePolicy }),
  };
  store.putAddress(changed);
  return changed;
}

export function releaseIpAddress(store: Store, caller: Caller, text: string): void {
  const address = requireOwnAddress(store, caller, text);
  if (address.access === "private") throw new ApiError("CANNOT_DELETE_PRIVATE_ADDRESS");
  const server = address.server === undefined ? undefined : store.findServer(address.server);
  if (server !== undefined) requireState(server, "stopped");
  if (address.partOfPlan && store.rules.releasePartOfPlan === "refuse") {
    throw new ApiError("ACTION_FORBIDDEN", {}, "The IP address is part of the server's plan.");
  }
  if (server !== undefined && isLastAddress(store, address, server) && store.rules.releaseLastAddress === "refuse") {
    const message = "The server {server} must have at least one IP address.";
    throw new ApiError("SERVER_STATE_ILLEGAL", { server: server.uuid }, message);
  }
  store.releaseAddress(address);
}

/** Assigns an address on a new network interface. The caller checks that the server is stopped. */
export function assignToServer(
  store: Store,
  server: Server,
  wanted: Pick<Extract<AssignRequest, { kind: "ordinary" }>, "family" | "access" | "releasePolicy">,
): Address {
  requireCapacity(store, server, wanted.family, wanted.access);
  if (wanted.access === "public") requireCredits(store, wanted.family);
  const { family, access, releasePolicy } = wanted;
  return store.addAddress({
    family,
    access,
    owner: server.owner,
    zone: server.zone,
    server: server.uuid,
    ...(releasePolicy && { releasePolicy }),
  });
}

function assignFloating(store: Store, caller: Caller, request: Extract<AssignRequest, { kind: "floating" }>): Address {
  const { family, mac, releasePolicy } = request;
  const carrier = mac === undefined ? undefined : requireOwnInterface(store, caller, mac);
  const zone = request.zone ?? carrier?.zone ?? "";
  if (carrier === undefined && !store.hasZone(zone)) throw new ApiError("ZONE_NOT_FOUND", { zone });
  if (carrier !== undefined) requireCarrier(store, carrier, zone, family);
  requireCredits(store, family);
  return store.addAddress({
    family,
    access: "public",
    owner: caller.owner,
    zone,
    floating: true,
    mac: carrier?.mac,
    ...(releasePolicy && { releasePolicy }),
  });
}

/** Where a modified address sits: only a floating one moves, to another interface of its zone or to none. */
function attach(store: Store, caller: Caller, address: Address, { mac }: ModifyRequest): Address {
  if (mac === undefined) return address;
  if (!address.floating) throw new ApiError("FLOATING_IP_NOT_AVAILABLE", { address: address.address });
  if (mac === null) return detach(address);
  const carrier = requireOwnInterface(store, caller, mac);
  if (carrier.server !== address.server) requireCarrier(store, carrier, address.zone, address.family);
  return { ...address, server: carrier.server, mac: carrier.mac, index: carrier.index };
}

function requireOwnAddress(store: Store, caller: Caller, text: string): Address {
  if (addressKey(text) === undefined) throw new ApiError("IP_ADDRESS_INVALID");
  const address = store.findAddress(text);
  const isFound = address !== undefined && isSpellingAccepted(store, address, text) && isVisibleTo(caller, address);
  if (!isFound) throw new ApiError("IP_ADDRESS_NOT_FOUND");
  if (address.owner !== caller.owner) throw new ApiError("IP_ADDRESS_FORBIDDEN");
  return address;
}

function isSpellingAccepted({ rules }: Store, { address }: Address, text: string): boolean {
  return rules.addressSpelling === "any" || text === address;
}

function isVisibleTo({ version, owner }: Caller, address: Address): boolean {
  return version !== "1.2" || address.server !== undefined || address.owner !== owner;
}

function requireOwnInterface(store: Store, { owner }: Caller, mac: string): Address {
  const carrier = store.findInterface(mac);
  if (carrier === undefined) throw new ApiError("INTERFACE_NOT_FOUND", { mac });
  if (carrier.owner !== owner) throw new ApiError("INTERFACE_FORBIDDEN", { mac });
  return carrier;
}

/** A floating address needs a public interface in its own zone, on a server below its address limit. */
function requireCarrier(store: Store, carrier: Address, zone: string, family: Family): void {
  if (carrier.access !== "public") throw new ApiError("MAC_INVALID");
  if (carrier.zone !== zone) throw new ApiError("ZONE_MISMATCH");
  const server = store.findServer(carrier.server ?? "");
  if (server !== undefined && store.rules.floatingCountsToLimit) requireCapacity(store, server, family, "public");
}

function requireCapacity(store: Store, server: Server, family: Family, access: Network): void {
  const present = store.addressesOf(server.uuid);
  const { addressLimit, addressLimitCounts, floatingCountsToLimit, assignPrivate } = store.rules;
  const counted = present.filter(
    (address) =>
      address.access === access &&
      (addressLimitCounts === "in-all" || address.family === family) &&
      (floatingCountsToLimit || !address.floating),
  );
  const limit = access === "public" ? addressLimit : assignPrivate === "allow" ? 1 : 0;
  if (counted.length >= limit) throw new ApiError("IP_ADDRESS_LIMIT_REACHED");
}

/** IPv6 addresses are free of charge, but the credits must not be negative. */
function requireCredits(store: Store, family: Family): void {
  const needed = family === "IPv4" ? store.rules.creditsForIPv4 : 0;
  if (store.credits < needed) throw new ApiError("INSUFFICIENT_CREDITS");
}

function isLastAddress(store: Store, address: Address, server: Server): boolean {
  return !store.addressesOf(server.uuid).some((other) => other !== address && !other.floating) && !address.floating;
}

function parsePtrRecord(sent: string, rules: Rules): string {
  const stored = normalizePtrRecord(sent, rules);
  if (stored === undefined) throw new ApiError("PTR_RECORD_INVALID");
  return stored;
}

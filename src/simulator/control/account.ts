import type { Family, ServerState } from "../../api/wire";
import { assignToServer } from "../api/ipAddresses";
import { removeServer } from "../api/servers";
import { SetupError, unexpectedValue } from "../model/checks";
import type { InternalClock } from "../model/clock";
import type { Address, Guest, Server } from "../model/entities";
import { normalizePtrRecord } from "../model/ptrRecord";
import { recoveryTransition } from "../model/serverTransitions";
import { detach, type Store } from "../store/store";

/** The address to assign with `Account.assignIpAddress`. */
export interface Assignment {
  /** UUID of the server. */
  server: string;
  /**
   * The address family.
   *
   * @default "IPv4"
   */
  family?: Family;
  /**
   * The network; `private` is the internal one.
   *
   * @default "public"
   */
  access?: "public" | "private";
}

/**
 * The account, to be read and changed without the client under test. A change takes effect immediately, without HTTP,
 * and also on a running server. The address limit, credits and the free addresses of the zone still apply. A method
 * throws a `SetupError` if the address or server does not exist.
 */
export interface Account {
  /** The remaining credits. */
  credits: number;
  /** Returns the addresses of the account, or of one server, given by its UUID. */
  listIpAddresses(server?: string): Address[];
  /** Finds an address by any spelling, also one of the other account (see `owner`). Undefined if there is none. */
  getIpAddress(address: string): Address | undefined;
  /** Assigns an address that the simulator selects, and returns it. */
  assignIpAddress(wanted: Assignment): Address;
  /** Sets the PTR record of a public address. The empty string resets it to the default name. */
  modifyIpAddress(address: string, change: { ptrRecord: string }): Address;
  /** Releases an address. The next assign of its family in its zone gets it. */
  releaseIpAddress(address: string): void;
  /** Moves an address to another server, on a new network interface. */
  moveIpAddress(address: string, server: string): Address;
  /** Transfers an address to the other account. The API then responds to it with 403. */
  giveIpAddressAway(address: string): void;
  /** Returns the servers of the account. */
  listServers(): Server[];
  /** Finds a server by its UUID, also one of the other account (see `owner`). Undefined if there is none. */
  getServer(uuid: string): Server | undefined;
  /** Sets the state of a server to `started`, immediately. */
  startServer(uuid: string): void;
  /** Sets the state of a server to `stopped`, immediately. */
  stopServer(uuid: string): void;
  /** Sets the state of a server, and optionally the state it changes to `afterMs` ms later on the simulator's clock. */
  setServerState(uuid: string, state: ServerState, becomes?: { state: ServerState; afterMs: number }): void;
  /** Changes how the operating system on a server reacts to a soft stop and to a start. */
  setGuest(uuid: string, guest: Partial<Guest>): void;
  /** Deletes a server and releases its addresses. */
  deleteServer(uuid: string): void;
  /** Transfers a server and its addresses to the other account. The API then responds to them with 403. */
  giveServerAway(uuid: string): void;
  /** Sets how many free public addresses a zone has. A family that is left out keeps its limit. */
  limitZone(zone: string, free: { IPv4?: number; IPv6?: number }): void;
}

/** The account in a store. Calls `onChange` after every change. */
export function createAccount(store: Store, clock: InternalClock, onChange: () => void): Account {
  const requireAddress = (text: string): Address => {
    const found = store.findAddress(text);
    if (found === undefined) throw new SetupError(`There is no address ${text} in the simulator.`);
    return found;
  };
  const requireServer = (uuid: string): Server => {
    const found = store.findServer(uuid);
    if (found === undefined) throw new SetupError(`There is no server ${uuid} in the simulator.`);
    return found;
  };
  /** Brings the store up to date, makes the change and reports it. */
  const change = <T>(act: () => T): T => {
    store.advanceTo(clock.now());
    const result = act();
    onChange();
    return result;
  };
  const setState = (uuid: string, state: ServerState, transition: Server["transition"] = undefined) =>
    change(() => store.putServer({ ...requireServer(uuid), state, transition }));
  const read = <T>(query: () => T): T => {
    store.advanceTo(clock.now());
    return query();
  };

  return {
    get credits() {
      return store.credits;
    },
    set credits(credits) {
      change(() => {
        store.credits = credits;
      });
    },
    listIpAddresses: (of) =>
      read(() => store.listAddresses("us").filter((found) => of === undefined || found.server === of.toLowerCase())),
    getIpAddress: (text) => read(() => store.findAddress(text)),
    assignIpAddress: ({ server: uuid, family = "IPv4", access = "public" }) =>
      change(() => assignToServer(store, requireServer(uuid), { family, access, releasePolicy: undefined })),
    modifyIpAddress: (text, { ptrRecord }) =>
      change(() => {
        const former = requireAddress(text);
        const stored = ptrRecord === "" ? "" : normalizePtrRecord(ptrRecord, store.rules);
        if (stored === undefined || former.access === "private") {
          throw unexpectedValue("The PTR record", ptrRecord, "a fully qualified domain name, for a public address");
        }
        const now = { ...former, ptrRecord: stored || store.defaultPtrRecord(former.address, former.zone) };
        store.putAddress(now);
        return now;
      }),
    releaseIpAddress: (text) => change(() => store.releaseAddress(requireAddress(text))),
    moveIpAddress: (text, uuid) =>
      change(() => {
        const { family, access, ptrRecord, address: spelling } = requireAddress(text);
        const to = requireServer(uuid);
        store.removeAddress(requireAddress(text));
        const mac = store.pool.nextMac();
        return store.addAddress({
          family,
          access,
          ptrRecord,
          address: spelling,
          mac,
          owner: to.owner,
          zone: to.zone,
          server: uuid,
        });
      }),
    giveIpAddressAway: (text) =>
      change(() => {
        const former = requireAddress(text);
        store.removeAddress(former);
        const { address: spelling, family, zone } = former;
        store.addAddress({ address: spelling, family, zone, access: "public", owner: "other", floating: true });
      }),
    listServers: () => read(() => store.listServers("us")),
    getServer: (uuid) => read(() => store.findServer(uuid)),
    startServer: (uuid) => setState(uuid, "started"),
    stopServer: (uuid) => setState(uuid, "stopped"),
    setServerState: (uuid, state, becomes) =>
      setState(uuid, state, becomes && recoveryTransition(becomes.state, clock.now() + becomes.afterMs)),
    setGuest: (uuid, guest) =>
      change(() => store.putServer({ ...requireServer(uuid), guest: { ...requireServer(uuid).guest, ...guest } })),
    deleteServer: (uuid) => change(() => removeServer(store, requireServer(uuid))),
    giveServerAway: (uuid) =>
      change(() => {
        store.putServer({ ...requireServer(uuid), owner: "other" });
        for (const one of store.addressesOf(requireServer(uuid).uuid)) {
          store.putAddress(one.floating ? detach(one) : { ...one, owner: "other" });
        }
      }),
    limitZone: (zone, free) => change(() => store.pool.limitZone(zone, free)),
  };
}

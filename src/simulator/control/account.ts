import type { Family, ServerState } from "../../api/wire";
import { addToServer } from "../api/ipAddresses";
import { removeServer } from "../api/servers";
import { SetupError, unexpectedValue } from "../model/checks";
import type { RunningClock } from "../model/clock";
import type { Address, Guest, Server } from "../model/entities";
import { storedPtrRecord } from "../model/ptrRecord";
import { recovery } from "../model/serverTransitions";
import { detach, type Store } from "../store/store";

/** What a new address is to be: see `assignIpAddress`. */
export interface Assignment {
  /** UUID of the server. */
  server: string;
  /** Default `IPv4`. */
  family?: Family;
  /** Default `public`. */
  access?: "public" | "private";
}

/**
 * The account, for somebody who acts on it beside the client under test: at once, without HTTP, and without the rule
 * that a server must be stopped. Limits, credits and the pool hold. What is not there is an error.
 */
export interface Account {
  /** The credits left. */
  credits: number;
  /** All addresses of the account, or those of a server. */
  listIpAddresses(server?: string): Address[];
  /** In any spelling; also finds what belongs to another account (`owner` says so). Undefined where there is none. */
  getIpAddress(address: string): Address | undefined;
  /** Assigns an address that UpCloud chooses. */
  assignIpAddress(wanted: Assignment): Address;
  /** Sets the PTR record; the empty text stands for UpCloud's default name. */
  modifyIpAddress(address: string, change: { ptrRecord: string }): Address;
  /** Releases an address; the next assign in its zone gets it. */
  releaseIpAddress(address: string): void;
  /** Puts an address on another server of the account, with a new network interface. */
  moveIpAddress(address: string, server: string): Address;
  /** Releases an address and has somebody else get it: from now on it answers 403. */
  giveIpAddressAway(address: string): void;
  /** All servers of the account. */
  listServers(): Server[];
  /** Also finds what belongs to another account (`owner` says so). Undefined where there is none. */
  getServer(uuid: string): Server | undefined;
  /** Has a server run, at once. */
  startServer(uuid: string): void;
  /** Has a server stopped, at once. */
  stopServer(uuid: string): void;
  /** Puts a server into a state, and says what it becomes by itself, if anything. */
  setServerState(uuid: string, state: ServerState, becomes?: { state: ServerState; afterMs: number }): void;
  /** Changes how the guest behaves when it is shut down or booted. */
  setGuest(uuid: string, guest: Partial<Guest>): void;
  /** Deletes a server and releases its addresses. */
  deleteServer(uuid: string): void;
  /** Has a server and its addresses belong to another account: from now on they answer 403. */
  giveServerAway(uuid: string): void;
  /** Sets how many more public addresses a zone has. */
  limitZone(zone: string, free: { IPv4?: number; IPv6?: number }): void;
}

/** The account behind a store. `changed` is called after every change. */
export function accountOf(store: Store, clock: RunningClock, changed: () => void): Account {
  const address = (text: string): Address => {
    const found = store.address(text);
    if (found === undefined) throw new SetupError(`There is no address ${text} in the simulator.`);
    return found;
  };
  const server = (uuid: string): Server => {
    const found = store.server(uuid);
    if (found === undefined) throw new SetupError(`There is no server ${uuid} in the simulator.`);
    return found;
  };
  /** Lets the past happen before the change, and keeps the change. */
  const change = <T>(act: () => T): T => {
    store.advanceTo(clock.now());
    const result = act();
    changed();
    return result;
  };
  const putState = (uuid: string, state: ServerState, transition: Server["transition"] = undefined) =>
    change(() => store.putServer({ ...server(uuid), state, transition }));
  const look = <T>(read: () => T): T => {
    store.advanceTo(clock.now());
    return read();
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
      look(() => store.listAddresses("us").filter((found) => of === undefined || found.server === of.toLowerCase())),
    getIpAddress: (text) => look(() => store.address(text)),
    assignIpAddress: ({ server: uuid, family = "IPv4", access = "public" }) =>
      change(() => addToServer(store, server(uuid), { family, access, releasePolicy: undefined })),
    modifyIpAddress: (text, { ptrRecord }) =>
      change(() => {
        const former = address(text);
        const stored = ptrRecord === "" ? "" : storedPtrRecord(ptrRecord, store.rules);
        if (stored === undefined || former.access === "private") {
          throw unexpectedValue("The PTR record", ptrRecord, "a fully qualified domain name, for a public address");
        }
        const now = { ...former, ptrRecord: stored || store.defaultPtrRecord(former.address, former.zone) };
        store.putAddress(now);
        return now;
      }),
    releaseIpAddress: (text) => change(() => store.releaseAddress(address(text))),
    moveIpAddress: (text, uuid) =>
      change(() => {
        const { family, access, ptrRecord, address: spelled } = address(text);
        const to = server(uuid);
        store.removeAddress(address(text));
        const mac = store.pool.nextMac();
        return store.addAddress({
          family,
          access,
          ptrRecord,
          address: spelled,
          mac,
          owner: to.owner,
          zone: to.zone,
          server: uuid,
        });
      }),
    giveIpAddressAway: (text) =>
      change(() => {
        const former = address(text);
        store.removeAddress(former);
        const { address: spelled, family, zone } = former;
        store.addAddress({ address: spelled, family, zone, access: "public", owner: "other", floating: true });
      }),
    listServers: () => look(() => store.listServers("us")),
    getServer: (uuid) => look(() => store.server(uuid)),
    startServer: (uuid) => putState(uuid, "started"),
    stopServer: (uuid) => putState(uuid, "stopped"),
    setServerState: (uuid, state, becomes) =>
      putState(uuid, state, becomes && recovery(becomes.state, clock.now() + becomes.afterMs)),
    setGuest: (uuid, guest) =>
      change(() => store.putServer({ ...server(uuid), guest: { ...server(uuid).guest, ...guest } })),
    deleteServer: (uuid) => change(() => removeServer(store, server(uuid))),
    giveServerAway: (uuid) =>
      change(() => {
        store.putServer({ ...server(uuid), owner: "other" });
        for (const one of store.addressesOf(server(uuid).uuid)) {
          store.putAddress(one.floating ? detach(one) : { ...one, owner: "other" });
        }
      }),
    limitZone: (zone, free) => change(() => store.pool.limitZone(zone, free)),
  };
}

import * as pulumi from "@pulumi/pulumi";
import { createClient } from "../api/client";
import type { ListedAddress } from "../api/responses";
import { readConfiguration, versionNotice } from "../model/configuration/configuration";

type Addresses = readonly ListedAddress[];

/** By run of a program: with the Automation API one process can run several programs. */
const listsOfRuns = new WeakMap<object, Map<string, AddressList>>();
const noEngine = {};

/**
 * The list that all look-ups of this run with the same configuration share.
 *
 * @param settings of an explicit provider, by full key; default: the stack's configuration
 */
export function listOfThisRun(settings: Readonly<Record<string, string>> | undefined): AddressList {
  const run = pulumi.runtime.getMonitor() ?? noEngine;
  const lists = listsOfRuns.get(run) ?? new Map<string, AddressList>();
  listsOfRuns.set(run, lists);
  const configuration = readConfiguration(
    settings === undefined ? pulumi.runtime.getConfig : (key) => settings[key],
    process.env,
  );
  const key = JSON.stringify(configuration);
  const list = lists.get(key) ?? new AddressList(() => listAll(configuration));
  lists.set(key, list);
  return list;
}

/** The account's addresses: one request for all look-ups that can share it. */
export class AddressList {
  private latest: Promise<Addresses> | undefined;
  /** Requested, but not yet sent: calls until then share it. */
  private next: Promise<Addresses> | undefined;

  constructor(private readonly list: () => Promise<Addresses>) {}

  /** May date from any time of the run. */
  cached(): Promise<Addresses> {
    return this.latest ?? this.fresh();
  }

  /** Not older than this call. */
  fresh(): Promise<Addresses> {
    this.next ??= this.begin();
    return this.next;
  }

  private async begin(): Promise<Addresses> {
    await Promise.allSettled([this.latest, new Promise(setImmediate)]);
    const begun = this.next;
    this.latest = begun;
    this.next = undefined;
    try {
      return await this.list();
    } catch (error) {
      if (this.latest === begun) this.latest = undefined;
      throw error;
    }
  }
}

/** Closes the connection at once, since an open one would keep the program from ending. */
async function listAll(configuration: ReturnType<typeof readConfiguration>): Promise<Addresses> {
  const client = createClient({
    ...configuration,
    onVersionChange: (from, to) => void pulumi.log.warn(versionNotice(from, to)),
  });
  try {
    return await client.ipAddresses.list();
  } finally {
    await client.close();
  }
}

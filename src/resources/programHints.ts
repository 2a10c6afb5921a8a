import * as pulumi from "@pulumi/pulumi";
import type { ProgramHints } from "../model/hints";
import { stackHints } from "./stackHints";

/** By run of a program: with the Automation API one process can run several programs. */
const declaredIn = new WeakMap<object, Map<string, Declared>>();
const noEngine = {};

/** How many addresses the program declares on one server: in total, and by provider. */
interface Declared {
  count: number;
  byProvider: Map<pulumi.ProviderResource | undefined, number>;
}

interface Turn {
  /** `undefined` once the turn has passed: then no declaration can join it. */
  server: string | undefined;
  passed: Promise<void>;
}
let lastTurn: Turn = { server: undefined, passed: Promise.resolve() };

/**
 * What the provider of an address on this server cannot see of the program: `ProgramHints` as JSON, because the SDK is slower
 * with an object, whose fields it serializes one by one.
 *
 * Declarations made together are all counted before the first is registered, and each server's are registered in a turn of
 * their own: the engine processes a burst of registrations in any order, and would stop a server for its first address while
 * its last one waits behind all others.
 */
export function programHints(
  server: pulumi.Input<string>,
  urn: pulumi.Input<string>,
  provider?: pulumi.ProviderResource,
): pulumi.Input<string> {
  const run = pulumi.runtime.getMonitor() ?? noEngine;
  const declaredOn = declaredIn.get(run) ?? new Map<string, Declared>();
  declaredIn.set(run, declaredOn);
  const hintsFor = async (server: string, urn: string) => {
    const key = String(server).toLowerCase();
    const declared = declaredOn.get(key) ?? { count: 0, byProvider: new Map() };
    declaredOn.set(key, declared);
    declared.count++;
    declared.byProvider.set(provider, (declared.byProvider.get(provider) ?? 0) + 1);
    await turnOf(key);
    const onServer = declared.count;
    const withOtherProviders = onServer - (declared.byProvider.get(provider) ?? 0);
    const hints: ProgramHints = {
      ...stackHints(),
      urn,
      onServer,
      ...(withOtherProviders > 0 && { withOtherProviders }),
    };
    return JSON.stringify(hints);
  };
  return pulumi.all([server, urn]).apply(([uuid, urn]) => hintsFor(uuid, urn));
}

/** What the resource's URN will be. */
export function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
  return withoutDependencies(pulumi.createUrn(name, type, parent));
}

/** The provider of a resource with these options; `undefined` stands for the default provider. */
export const providerOf = (type: string, options: pulumi.CustomResourceOptions = {}) =>
  options.provider ?? options.parent?.getProvider(type);

function turnOf(server: string): Promise<void> {
  if (lastTurn.server === server) return lastTurn.passed;
  const turn: Turn = { server, passed: lastTurn.passed.then(() => new Promise((resolve) => setImmediate(resolve))) };
  void turn.passed.then(() => {
    turn.server = undefined;
  });
  lastTurn = turn;
  return turn.passed;
}

/**
 * A child's URN comes from its parent. Depending on a component means waiting for all its children: each child would wait for
 * the others, and the program would end without any of them.
 */
function withoutDependencies<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}

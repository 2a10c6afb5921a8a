import * as pulumi from "@pulumi/pulumi";
import type { ProgramHints } from "../model/hints";
import { stackHints } from "./stackHints";

/** Of each run of a program: the Automation API may have several runs, of several stacks, in one process. */
const declaredIn = new WeakMap<object, Map<string, Declared>>();
const noEngine = {};

/** The addresses of one server: all of them, and those of each provider. */
interface Declared {
  count: number;
  byProvider: Map<pulumi.ProviderResource | undefined, number>;
}

interface Turn {
  /** None once it has passed: then nobody joins it any more. */
  server: string | undefined;
  passed: Promise<void>;
}
let lastTurn: Turn = { server: undefined, passed: Promise.resolve() };

/**
 * Tells of the program what the life cycle of an address on this server cannot see: `ProgramHints` as JSON, since the SDK
 * takes longer for an object, whose fields it serializes one by one.
 *
 * Declarations that stand together are all counted before the first of them is told, and each server's are told in a turn
 * of their own: registrations that reach the engine in one burst are taken up in any order, and then a server would be
 * stopped for its first address while its last one waits behind all others.
 */
export function programHints(
  server: pulumi.Input<string>,
  urn: pulumi.Input<string>,
  provider?: pulumi.ProviderResource,
): pulumi.Input<string> {
  const run = pulumi.runtime.getMonitor() ?? noEngine;
  const declaredOn = declaredIn.get(run) ?? new Map<string, Declared>();
  declaredIn.set(run, declaredOn);
  const tell = async (server: string, urn: string) => {
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
  return pulumi.all([server, urn]).apply(([uuid, urn]) => tell(uuid, urn));
}

/** What the resource's URN will be. */
export function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
  return withoutDependencies(pulumi.createUrn(name, type, parent));
}

/** That of a resource with these options; `undefined` is Pulumi's own. */
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
 * The URN of a child comes from its parent. To depend on a component means to wait for all its children: each would wait
 * for the others, and the program would end with none of them.
 */
function withoutDependencies<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}

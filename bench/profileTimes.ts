/** What V8's profiler records, as far as it is read here. */
export interface CpuProfile {
  nodes: ProfileNode[];
  /** The node that was running at each sample, and the microseconds since the sample before. */
  samples: number[];
  timeDeltas: number[];
}

export interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
  children?: number[];
}

/**
 * Milliseconds by whose work it was: a package's, this package's, V8's own such as `(idle)`, or the loading of modules,
 * whichever they are. What Node does counts for the package that called it.
 */
export function timesByOwner(profiles: readonly CpuProfile[], nameOf = ownerOf): Map<string, number> {
  const times = new Map<string, number>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const owners = ownersOf(nodes, nameOf);
    samples.forEach((node, index) => {
      const owner = owners.get(node) ?? "(unknown)";
      times.set(owner, (times.get(owner) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
    });
  }
  return times;
}

const loading = "loading modules";

function ownersOf(nodes: readonly ProfileNode[], nameOf: typeof ownerOf): Map<number, string> {
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const owners = new Map<number, string>();
  // A caller stands before what it calls.
  for (const { id, callFrame } of nodes) {
    const own = nameOf(callFrame);
    const caller = owners.get(callers.get(id) ?? -1);
    owners.set(id, caller !== undefined && (caller === loading || own === "Node") ? caller : own);
  }
  return owners;
}

export function ownerOf({ functionName, url }: ProfileNode["callFrame"]): string {
  if (functionName !== "(root)" && /^\(.+\)$/.test(functionName)) return functionName;
  if (url.startsWith("node:internal/modules/")) return loading;
  if (url.startsWith("wasm:")) return "undici";
  if (url === "" || url.startsWith("node:")) return "Node";
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  if (name !== undefined && name !== "pulumi-upcloud-ip") return name;
  return url.includes("/dist/") ? "this package" : "the program";
}

/** The same, but for this package, whose functions are told apart: `forgetReturned (provider/assignmentJournal.js)`. */
export function functionOf(callFrame: ProfileNode["callFrame"]): string {
  const owner = ownerOf(callFrame);
  if (owner !== "this package") return owner;
  return `${callFrame.functionName || "anonymous"} (${callFrame.url.split("/dist/")[1]})`;
}

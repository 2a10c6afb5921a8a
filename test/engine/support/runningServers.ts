import { type Simulator, startSimulator } from "pulumi-upcloud-ip/simulator";
import { endEach } from "../../support/endEach";
import { Project } from "./project";

const open = new Set<Project>();

/** For `afterAll`. All end, also where one fails. */
export const endAll = () => endEach(open);

/** Servers that stop and start quickly, so that a test does not wait longer than the first look. */
export const quick = { softStopMs: 1000, hardStopMs: 1000, startMs: 100 };

export async function start(
  options: Parameters<typeof startSimulator>[0] = {},
  env: Record<string, string> = {},
  layout: Parameters<typeof Project.create>[3] = {},
) {
  return startOn(await startSimulator({ ...options, rules: { ...quick, ...options.rules } }), env, layout);
}

/** For tests of the program's process, or of what it prints. */
export const startWithLanguageHost = (options: Parameters<typeof start>[0] = {}, env: Record<string, string> = {}) =>
  start(options, env, { isInline: false });

export async function startOn(
  simulator: Simulator,
  env: Record<string, string> = {},
  layout: Parameters<typeof Project.create>[3] = {},
): Promise<Project> {
  const project = await Project.create(simulator, env, undefined, layout);
  open.add(project);
  return project;
}

export const addresses = (server: string, count: number, args = "powerCycle: true") =>
  Array.from(
    { length: count },
    (_, i) =>
      `new ServerIpAddress("a${server.slice(-2)}-${i}", { server: "${server}", family: "${i % 2 === 0 ? "IPv4" : "IPv6"}", ${args} });`,
  ).join("\n");

/** How often something other than a read was asked for. */
export function writes(requests: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    if (!request.startsWith("GET")) counts[request] = (counts[request] ?? 0) + 1;
  }
  return counts;
}

export const stopOf = (server: string) => `POST /1.2/server/${server}/stop`;
export const startOf = (server: string) => `POST /1.2/server/${server}/start`;
export const stateOf = ({ simulator }: Project, server: string) => simulator.account.getServer(server)?.state;

import type { Rules, SeedServer, Simulator } from "../../../src/simulator";
import { startTestSimulator } from "./api";

export const uuid = "00e5b3a1-4d72-4b8e-9a06-7c1f2e3d4a5b";
export const address = "203.0.113.5";

/** Starts a simulator with one server that has two addresses. Its clock advances by hand only. */
export function startWithServer(server: Partial<SeedServer>, rules: Partial<Rules> = {}): Promise<Simulator> {
  const seed = { servers: [{ uuid, ipAddresses: [{ address }, {}], ...server }] };
  return startTestSimulator({ seed, rules: { requestMs: 0, ...rules } });
}

export const stateNow = (simulator: Simulator) => simulator.account.getServer(uuid)?.state;

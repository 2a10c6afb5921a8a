import type { ClientOptions, UpCloudClient } from "../../../src/api/client";
import { type Simulator, startSimulator } from "../../../src/simulator";
import { closeAfterTest, connectTo } from "./testClient";

/** A server of the simulator, which is stopped. */
export const web = "0053cd80-5945-4105-9081-11192806a8f7";

export async function start(
  options?: Partial<ClientOptions>,
): Promise<{ simulator: Simulator; client: UpCloudClient }> {
  const simulator = await startSimulator();
  closeAfterTest(() => simulator.stop());
  return { simulator, client: connectTo(simulator.url, { credentials: { token: "ucat_demo" }, ...options }) };
}

export const statusesOf = ({ requests }: Simulator, wanted: string) =>
  requests.filter(({ method }) => method === wanted).map(({ status }) => status);

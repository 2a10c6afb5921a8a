import { type Simulator, type SimulatorOptions, startSimulator } from "../../../src/simulator";

const running = new Set<Simulator>();

/** Starts a simulator that is stopped after the test, even if the test fails. */
export async function startTestSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.add(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all([...running].map((simulator) => simulator.stop()));
  running.clear();
});

export interface ApiResponse {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies have many shapes, and a test fails if one is not as expected.
  body: any;
}

/** Sends a request. A body that is a string is sent as it is, any other as JSON. */
export async function send(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { Authorization: basic("demo", "demo") },
): Promise<ApiResponse> {
  const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(`${simulator.url}${path}`, { method, headers, ...sent });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") && text !== "";
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Everything that a rejected request must not change. */
export function accountSnapshot(simulator: Simulator): string {
  const { account } = simulator;
  return JSON.stringify([account.listIpAddresses(), account.listServers(), account.credits]);
}

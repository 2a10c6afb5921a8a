import { Agent, get, request } from "node:http";
import type { Seed, Simulator } from "../../src/simulator";
import { basic, send, startTestSimulator } from "./support/api";
import { addresses, macs, testSeed, uuids } from "./support/testSeed";

const assign = (attributes: object) => ["POST", "/1.3/ip_address", { ip_address: attributes }] as const;
const history: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["GET", "/1.2/ip_address"],
  assign({ server: uuids.off }),
  assign({ server: uuids.off, family: "IPv6" }),
  assign({ floating: "yes", mac: macs.off }),
  assign({ server: uuids.full }),
  ["DELETE", `/1.2/ip_address/${addresses.off}`],
  assign({ server: uuids.off }),
  ["PATCH", `/1.3/ip_address/${addresses.floating}`, { ip_address: { mac: macs.running } }],
  ["POST", `/1.3/server/${uuids.running}/stop`, { stop_server: { stop_type: "hard" } }],
  ["GET", `/1.3/server/${uuids.running}`],
  ["POST", `/1.3/server/${uuids.off}/start`],
  ["DELETE", `/1.3/server/${uuids.full}`],
  ["GET", "/1.3/ip_address"],
  ["GET", "/1.3/server"],
  ["GET", "/__simulator/requests"],
];

/** The response, byte for byte, without the date. */
function raw(simulator: Simulator, method: string, path: string, body?: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${simulator.url}${path}`,
      { method, headers: { Authorization: basic("demo", "demo") } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const headers = answer.rawHeaders.join("\n").replace(/\nDate\n[^\n]*/, "");
          resolve(`${answer.statusCode} ${answer.statusMessage}\n${headers}\n\n${Buffer.concat(chunks)}`);
        });
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function replay(): Promise<string[]> {
  const simulator = await startTestSimulator({ seed: testSeed });
  const answers = [];
  for (const [method, path, body] of history) answers.push(await raw(simulator, method, path, body));
  return answers;
}

test("the same seed and the same requests result in byte-identical responses", async () => {
  const first = await replay();
  expect(await replay()).toEqual(first);
  expect(first.filter((answer) => /^2\d\d /.test(answer))).toHaveLength(history.length - 1);
});

test("every assigned address is in a reserved range", async () => {
  const simulator = await startTestSimulator();
  const stopped = "0053cd80-5945-4105-9081-11192806a8f7";
  for (const family of ["IPv4", "IPv4", "IPv4", "IPv4", "IPv6"]) {
    await send(simulator, "POST", "/1.2/ip_address", { ip_address: { server: stopped, family } });
  }
  const harmless = /^(192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89]\.\d+|10\.\d+\.\d+)\.\d+$|^2001:db8:/;
  const strays = simulator.account.listIpAddresses().filter(({ address }) => !harmless.test(address));
  expect([simulator.account.listIpAddresses().length, strays]).toEqual([10, []]);
});

describe("with ten thousand addresses", () => {
  const large: Seed = {
    servers: Array.from({ length: 1_000 }, (_, i) => ({
      uuid: `00c0ffee-0000-4000-8000-${String(i).padStart(12, "0")}`,
      state: "stopped" as const,
      ipAddresses: [
        {},
        {},
        {},
        {},
        { family: "IPv6" as const },
        { family: "IPv6" as const },
        { family: "IPv6" as const },
        { family: "IPv6" as const },
        { family: "IPv6" as const },
        { access: "private" as const },
      ],
    })),
  };

  test("loading ten times as many addresses takes at most thirty times as long", async () => {
    // The best of five, because other tests run at the same time.
    const fastestMs = async (seed: Seed) => {
      const startMs: number[] = [];
      for (let i = 0; i < 5; i++) {
        const begun = performance.now();
        await startTestSimulator({ seed });
        startMs.push(performance.now() - begun);
      }
      return Math.min(...startMs);
    };
    const smallMs = await fastestMs({ servers: large.servers?.slice(0, 100) ?? [] });
    expect((await fastestMs(large)) / smallMs).toBeLessThan(30);
  }, 60_000);

  test("a thousand lists are served, and the next list includes a change", async () => {
    const simulator = await startTestSimulator({ seed: large });
    const agent = new Agent({ keepAlive: true });
    const list = () =>
      new Promise<number>((resolve, reject) => {
        const headers = { Authorization: basic("demo", "demo") };
        get(`${simulator.url}/1.2/ip_address`, { agent, headers }, (answer) => {
          let bytes = 0;
          answer.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
          });
          answer.on("end", () => resolve(bytes));
        }).on("error", reject);
      });
    const first = await list();
    expect(first).toBeGreaterThan(2_000_000);
    for (let i = 0; i < 1_000; i += 10) {
      expect(await Promise.all(Array.from({ length: 10 }, list))).toEqual(Array(10).fill(first));
    }
    agent.destroy();
    const made = await send(simulator, "POST", "/1.2/ip_address", { ip_address: { server: large.servers?.[7]?.uuid } });
    const listed = (await send(simulator, "GET", "/1.2/ip_address")).body.ip_addresses.ip_address;
    expect(listed).toHaveLength(10_001);
    expect(listed.at(-1)).toEqual(made.body.ip_address);
  }, 60_000);
});

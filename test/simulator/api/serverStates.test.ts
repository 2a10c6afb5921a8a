import { send } from "../support/api";
import { address, startWithServer, stateNow, uuid } from "../support/oneServer";

describe.each(["1.2", "1.3"] as const)("API %s", (version) => {
  const allowed = {
    stop: { started: 200, stopped: 409, maintenance: 409, error: 409 },
    start: { started: 409, stopped: 200, maintenance: 409, error: 409 },
    restart: { started: 200, stopped: 409, maintenance: 409, error: 409 },
    delete: { started: 409, stopped: 204, maintenance: 409, error: 409 },
    assign: { started: 409, stopped: 201, maintenance: 409, error: 409 },
    release: { started: 409, stopped: 204, maintenance: 409, error: 409 },
    "modify the PTR record": { started: 202, stopped: 202, maintenance: 202, error: 202 },
    "get details": { started: 200, stopped: 200, maintenance: 200, error: 200 },
  } as const;
  const requests: Record<keyof typeof allowed, [string, string, unknown?]> = {
    stop: ["POST", `/server/${uuid}/stop`],
    start: ["POST", `/server/${uuid}/start`],
    restart: ["POST", `/server/${uuid}/restart`],
    delete: ["DELETE", `/server/${uuid}`],
    assign: ["POST", "/ip_address", { ip_address: { server: uuid } }],
    release: ["DELETE", `/ip_address/${address}`],
    "modify the PTR record": ["PUT", `/ip_address/${address}`, { ip_address: { ptr_record: "a.example.com" } }],
    "get details": ["GET", `/server/${uuid}`],
  };
  const cells = (Object.keys(allowed) as (keyof typeof allowed)[]).flatMap((verb) =>
    (["started", "stopped", "maintenance", "error"] as const).map(
      (state) => [verb, state, allowed[verb][state]] as const,
    ),
  );

  test.each(cells)("%s on a server that is %s results in %d", async (verb, state, status) => {
    const simulator = await startWithServer({ state });
    const [method, path, body] = requests[verb];
    const answer = await send(simulator, method, `/${version}${path}`, body);
    expect(answer.status).toBe(status);
    if (status !== 409) return;
    expect(answer.body.error.error_code).toBe("SERVER_STATE_ILLEGAL");
    expect(answer.body.error.error_message).toContain(`'${state}'`);
    simulator.clock.advance(3_600_000);
    expect(stateNow(simulator)).toBe(state);
    expect(simulator.account.listIpAddresses()).toHaveLength(2);
  });
});

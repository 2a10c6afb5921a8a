import { randomBytes } from "node:crypto";
import type { Fault } from "pulumi-upcloud-ip/simulator";
import { type Outcome, type Project, servers } from "../support/project";
import { endAll, startWithLanguageHost } from "../support/runningServers";

afterAll(endAll);

/** The CLI itself warns that this level "will print sensitive information". */
const asLoudAsCanBe = { debug: true, logVerbosity: 11, logToStdErr: true, logFlow: true };

/** With what a shell, a URL, JSON and a regular expression each write in their own way. */
const username = `user-${randomBytes(6).toString("hex")}`;
const password = `pw "%+/\\$&'ü${randomBytes(12).toString("hex")}`;
const token = `ucat_%"\\${randomBytes(12).toString("hex")}`;
const wrongToken = `ucat_${randomBytes(12).toString("hex")}`;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const forms = (secret: string) => [
  ...[secret, base64(secret), encodeURIComponent(secret)],
  ...[JSON.stringify(secret), JSON.stringify(JSON.stringify(secret))].map((json) =>
    json.replace(/^[\\"]+|[\\"]+$/g, ""),
  ),
];
const secrets = [token, wrongToken, password, `${username}:${password}`].flatMap(forms);

/** UpCloud's answer holds what it was sent. */
const echo = (status: number, errorCode: string, ...sent: string[]): Fault => ({
  ...{ kind: "error", status, errorCode },
  errorMessage: `You sent ${sent.join(" ")}.`,
});
const ofPassword = [password, base64(`${username}:${password}`), encodeURIComponent(password)];
const list = { method: "GET", path: "/ip_address" };
const one = { path: "/ip_address/*" };

type Settings = Partial<Record<"token" | "username" | "password", string>>;

const inEnvironment = async ({ stack }: Project, settings: Settings) => {
  for (const key of ["token", "username", "password"] as const) {
    stack.workspace.envVars[`UPCLOUD_${key.toUpperCase()}`] = settings[key] ?? "";
  }
};
const inStackConfig = async ({ stack }: Project, settings: Settings) => {
  for (const key of ["token", "username", "password"] as const) {
    const value = settings[key];
    if (value === undefined) await stack.removeConfig(`upcloud:${key}`);
    else await stack.setConfig(`upcloud:${key}`, { value, secret: key !== "username" });
  }
};

// Pulumi itself keeps the configuration of the last `up` in the state, with its provider and with secrets encrypted. Older CLIs
// (3.245.0) also logged the former value of a secret that was changed, as docs/installation-configuration.md says.
test.concurrent.each([
  ["the environment", inEnvironment],
  ["the stack's configuration", inStackConfig],
])(
  "secrets from %s, with requests that fail, are found nowhere in the loudest output, state, history, journal or logs",
  async (_, set) => {
    const web = { uuid: servers.web, title: "web", zone: "de-fra1", state: "stopped" as const, ipAddresses: [{}] };
    const project = await startWithLanguageHost(
      { seed: { credentials: { username, password, token }, servers: [web] } },
      { UPCLOUD_TOKEN: "" },
    );
    let seen = "";
    const run = async (operation: "up" | "refresh" | "destroy", ...faults: Fault[]): Promise<Outcome> => {
      for (const fault of faults) project.simulator.faults.add(fault);
      const outcome = await project[operation](asLoudAsCanBe);
      seen += outcome.output + project.writtenFiles();
      expect(project.simulator.faults.pending).toEqual([]);
      return outcome;
    };
    const declare = (ptrRecord: string) =>
      project.declare(`new ServerIpAddress("mail", ${JSON.stringify({ server: servers.web, ptrRecord })});`);

    declare("mail.example.com");
    await set(project, { token });
    const lost = await run(
      "up",
      { ...list, kind: "html" },
      { method: "POST", kind: "drop", when: "after-effect" },
      { ...list, skip: 1, ...echo(400, "REQUEST_INVALID", token) },
    );
    expect([lost.ok, lost.output]).toEqual([
      false,
      expect.stringContaining("UpCloud may have assigned an IPv4 address"),
    ]);
    const found = await run("up", { ...one, method: "PUT", ...echo(400, "PTR_RECORD_INVALID", token) });
    expect([found.ok, found.output]).toEqual([false, expect.stringContaining("You sent [redacted]")]);
    await set(project, { token: wrongToken });
    const refused = await run("up");
    expect([refused.ok, refused.output]).toEqual([
      false,
      expect.stringContaining("UpCloud does not accept the credentials"),
    ]);
    await set(project, { username, password });
    const mended = await run("up", { ...one, method: "PUT", kind: "half-body" });
    const unseen = await run(
      "refresh",
      { ...one, kind: "reset", when: "before-effect" },
      { ...one, ...echo(403, "ACTION_FORBIDDEN", ...ofPassword) },
    );
    const kept = await run(
      "destroy",
      { method: "DELETE", kind: "rate-limit" },
      { method: "DELETE", ...echo(409, "SERVICE_ERROR", ...ofPassword) },
    );
    expect([mended.ok, unseen.ok, kept.ok, (await run("destroy")).ok]).toEqual([true, false, false, true]);

    // The journal of the lost answer, the redacted echoes and the log of every call into the provider have been looked through.
    const traces = ['"phase":"intent"', "You sent [redacted].", "You sent [redacted] [redacted] [redacted].", '"v":9'];
    expect(traces.filter((trace) => !seen.includes(trace))).toEqual([]);
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  },
);

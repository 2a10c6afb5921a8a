import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ownPages, seePage } from "../../src/api/errors/errorPages";
import { explainedCodes } from "../../src/api/errors/explanations";
import { UpCloudError } from "../../src/api/errors/upCloudError";
import { describeTunnelError, TunnelError } from "../../src/api/http/connectionErrors";
import type { ServerWire } from "../../src/api/wire";
import type { Assignment } from "../../src/journal/journalEntry";
import { AnotherAccountError, UnknownAccountError } from "../../src/provider/account/stackAddresses";
import {
  AmbiguousAddressesError,
  CannotTellError,
  NothingAssignedError,
  UnclearError,
} from "../../src/provider/assign/errors";
import { RestartError, ServerBusyError, ServerRunsError } from "../../src/provider/powerCycle/errors";

const folder = join(__dirname, "../../docs/errors");
const page = (name: string) => readFileSync(join(folder, `${name}.md`), "utf8");
const uuid = "009d64ef-31d1-4684-a26b-c86c955cbf46";

test("every explained code and every failure of our own has a page, and there is no other", () => {
  const pages = readdirSync(folder).filter((file) => file !== "README.md");
  expect(pages.sort()).toEqual([...explainedCodes, ...ownPages].map((name) => `${name}.md`).sort());
});

test("the table links every page once", () => {
  const linked = [...page("README").matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name]) => name);
  expect(linked).toEqual([...explainedCodes, ...ownPages]);
});

const context = { server: uuid, address: "198.51.100.7", ptrRecord: "mail", assigning: true };
const ownContexts: Partial<Record<string, Partial<typeof context>>> = {
  SERVER_INVALID: { server: "mail" },
  IP_ADDRESS_INVALID: { address: "198.51.100.777" },
  PTR_RECORD_NOT_SUPPORTED: { address: "10.1.0.3" },
  CANNOT_DELETE_PRIVATE_ADDRESS: { address: "10.1.0.3" },
};

test.each(explainedCodes)("the page of %s shows the message that names it, its cause and its remedy", (code) => {
  const text = page(code);
  const [shown = "", method = "", path = "", status, words = ""] =
    /^.+ \(([A-Z]+) (\S+): (\d{3}) [A-Z_]+(?:, "(.+)")?\) See .+$/m.exec(text) ?? [];
  const request = { method, path, context: { ...context, ...ownContexts[code] } };
  expect(shown).toBe(UpCloudError.refused(request, { status: Number(status), code }, words).message);
  expect(shown.endsWith(` ${seePage(code)}`)).toBe(true);
  expect(text).toMatch(/^\*\*Cause\.\*\* .+^\*\*Remedy\.\*\*/ms);
});

describe("a refusal that names no page of its own", () => {
  const refused = (status: number, code?: string) =>
    UpCloudError.refused({ method: "GET", path: "/1.2/ip_address", context: {} }, { status, code }, "").message;

  test.each([
    [401, "AUTHENTICATION_FAILED"],
    [403, "ACTION_FORBIDDEN"],
  ] as const)("is explained by the page of its status where that is %i", (status, code) => {
    expect(refused(status, "SOMETHING_NEW")).toContain(seePage(code));
  });

  test.each([400, 404, 409, 429, 500])("names none where its status is %i", (status) => {
    expect(refused(status, "SOMETHING_NEW")).not.toContain("See node_modules/pulumi-upcloud-ip/docs/");
  });

  test.each([
    [401, true],
    [403, false],
  ])("and has no code is explained by the page of its status where that is %i: %s", (status, isExplained) => {
    expect(refused(status).includes("See node_modules/pulumi-upcloud-ip/docs/")).toBe(isExplained);
  });

  test("names none where its code is a name that every object has", () => {
    expect(refused(409, "toString")).not.toContain("See node_modules/pulumi-upcloud-ip/docs/");
  });
});

const assignment = { token: "token", server: uuid, family: "IPv4", access: "public", urn: "urn" } satisfies Assignment;
const mail: ServerWire = { uuid, title: "mail", state: "started", zone: "fi-hel1" };
const because = new Error("…");
const squid = { variable: "HTTPS_PROXY", url: "http://squid.example.com:3128", username: "", password: "" };
const tunnelRefusal = describeTunnelError(new TunnelError(undefined, 407), squid, "api.upcloud.com");

test.each<[string, (typeof ownPages)[number], Error]>([
  ["an assign that came to nothing", "lost-answer", new NothingAssignedError(assignment, 3, because)],
  ["an assign that nobody could look after", "lost-answer", new UnclearError(assignment, because, because)],
  [
    "an address among several",
    "lost-answer",
    new AmbiguousAddressesError(assignment, ["198.51.100.7", "198.51.100.8"]),
  ],
  ["an address without a state", "lost-answer", new CannotTellError(assignment, ["198.51.100.7"], because)],
  ["a server that stayed off", "server-not-started", new RestartError(mail, "…")],
  ["an address and a server of another account", "another-account", new AnotherAccountError("198.51.100.7", uuid)],
  ["an address of another account", "another-account", new UnknownAccountError("198.51.100.7")],
  [
    "a proxy that refuses",
    "proxy",
    UpCloudError.notTunneled({ method: "POST", path: "/1.2/ip_address", context: {} }, tunnelRefusal, {
      isFinal: true,
    }),
  ],
  [
    "a certificate that nobody trusts",
    "untrusted-certificate",
    UpCloudError.untrusted({ method: "GET", path: "/1.2/ip_address", context: {} }, "api.upcloud.com", "…"),
  ],
])("%s names the page %s, which shows the message", (_, name, error) => {
  expect(error.message.endsWith(` ${seePage(name)}`)).toBe(true);
  const [beginning = ""] = error.message.replace(seePage(name), "…").split("…");
  expect(page(name)).toContain(beginning.trim());
});

test("a server that stayed off, with the resource saved, names its page too", () => {
  const { message } = new RestartError(mail, "…").withRetryAdvice();
  expect(message).toMatch(/Start it with `upctl server start .+`, or run `pulumi up` again\. See /);
  expect(message.endsWith(seePage("server-not-started"))).toBe(true);
});

test.each([
  ["that runs", new ServerRunsError(mail, "assign")],
  ["that does not stop in time", new ServerBusyError(mail)],
])("a server %s names the page of UpCloud's code for it", (_, error) => {
  expect(error.message.endsWith(` ${seePage("SERVER_STATE_ILLEGAL")}`)).toBe(true);
});

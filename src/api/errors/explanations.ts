/** What a request was about, for the sentence that tells of its failure. */
export interface RequestContext {
  /** UUID of the server. */
  server?: string;
  address?: string;
  ptrRecord?: string;
  /** The request assigns an address, which costs money from then on. */
  assigning?: boolean;
}

export interface Explanation {
  /** One sentence or two: what UpCloud's refusal means for this server or address, and what to do. */
  message: string;
  /** Whose page says more; absent where no code is to blame. */
  code?: ExplainedCode;
}

/** By UpCloud's code where that is known, by the HTTP status elsewhere. */
export function explain(
  status: number,
  code: string | undefined,
  context: RequestContext,
  url = "its address",
): Explanation {
  if (code === undefined && isForeign(status)) return { message: byForeign(status, url)(context) };
  const known = code !== undefined && isExplained(code) ? code : codeOfStatus(status);
  return known === undefined
    ? { message: byStatus(status)(context) }
    : { message: byCode[known](context), code: known };
}

/** UpCloud's error codes that a user can do something about. */
export type ExplainedCode = keyof typeof byCode;

const isExplained = (code: string): code is ExplainedCode => Object.hasOwn(byCode, code);

type Sentence = (context: RequestContext) => string;

const theServer = ({ server }: RequestContext) => (server === undefined ? "the server" : `server ${server}`);
const theAddress = ({ address }: RequestContext) => (address === undefined ? "the address" : `address ${address}`);
const subjectOf = (context: RequestContext) => {
  if (context.address !== undefined) return theAddress(context);
  return context.server === undefined ? "the account" : theServer(context);
};

const byCode = {
  SERVER_INVALID: (s) =>
    `UpCloud does not take ${s.server === undefined ? "the value" : `"${s.server}"`} as the UUID of a server: copy the UUID from UpCloud's control panel or from \`upctl server list\`.`,
  INSUFFICIENT_CREDITS: (s) =>
    `The UpCloud account has too few credits ${s.assigning ? "for another address on" : "to go on with"} ${theServer(s)}: add credits, then run again.`,
  SERVER_FORBIDDEN: (s) =>
    `The credentials may not use ${theServer(s)}, which belongs to another account: use the credentials of its account, or correct the UUID.`,
  SERVER_NOT_FOUND: (s) => `There is no ${theServer(s)}: correct the UUID, or create the server first.`,
  IP_ADDRESS_LIMIT_REACHED: (s) =>
    `Another address of this kind does not fit on ${theServer(s)}, which has as many as UpCloud allows: release one first, or use another server. If this was to replace a public address of that server, \`deleteBeforeReplace: true\` has the old one released first, for good.`,
  IP_ADDRESS_RESOURCES_UNAVAILABLE: (s) =>
    `UpCloud has no free address of this kind in the zone of ${theServer(s)}: run again later, or use a server in another zone.`,
  SERVER_STATE_ILLEGAL: (s) =>
    `UpCloud assigns and releases addresses only while the server is stopped, and ${s.server === undefined ? `the server of ${theAddress(s)}` : theServer(s)} is not: stop it and run again.`,
  IP_ADDRESS_INVALID: (s) =>
    `UpCloud does not take ${s.address === undefined ? "the value" : `"${s.address}"`} as an IP address: correct the address.`,
  IP_ADDRESS_FORBIDDEN: (s) =>
    `The credentials may not use ${theAddress(s)}, which belongs to another account: use the credentials of its account, correct the address, or run \`pulumi refresh\` if it was released.`,
  IP_ADDRESS_NOT_FOUND: (s) =>
    `There is no ${theAddress(s)} any more: run \`pulumi refresh\`, then \`pulumi up\` to get another one.`,
  PTR_RECORD_INVALID: (s) =>
    `UpCloud does not take ${s.ptrRecord === undefined ? "the value" : `"${s.ptrRecord}"`} as the PTR record of ${theAddress(s)}: give a fully qualified domain name such as mail.example.com.`,
  PTR_RECORD_NOT_SUPPORTED: (s) =>
    `UpCloud keeps PTR records for public addresses only, and ${theAddress(s)} is not public: leave ptrRecord out.`,
  CANNOT_DELETE_PRIVATE_ADDRESS: (s) =>
    `UpCloud does not release ${theAddress(s)}, because it is on the internal network: give the resource \`retainOnDelete: true\`, run \`pulumi up\`, then take it out of the program.`,
  AUTHENTICATION_FAILED: () =>
    "UpCloud does not accept the credentials: check upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ variables of the environment, and that API access is allowed for the user.",
  ACTION_FORBIDDEN: (s) =>
    `The UpCloud user has no right to do this with ${subjectOf(s)}: grant the right in the control panel, or use another user.`,
  API_VERSION_OBSOLETE: () =>
    "UpCloud no longer serves this version of its API: set upcloud:apiVersion to the other one.",
  API_VERSION_INVALID: () => "UpCloud does not know this version of its API: set upcloud:apiVersion to the other one.",
  TRIAL_PLAN: (s) =>
    `UpCloud's trial allows no further address on ${theServer(s)}: end the trial by adding credits, then run again.`,
} satisfies Readonly<Record<string, Sentence>>;

/** Each has a page in docs/errors. */
export const explainedCodes = Object.keys(byCode) as readonly ExplainedCode[];

function codeOfStatus(status: number): ExplainedCode | undefined {
  if (status === 401) return "AUTHENTICATION_FAILED";
  return status === 403 ? "ACTION_FORBIDDEN" : undefined;
}

/** UpCloud's own refusals have a code. The statuses that are left out mean the same whoever says them. */
const isForeign = (status: number) => status < 500 && ![401, 408, 429].includes(status);

function byForeign(status: number, url: string): Sentence {
  if (status === 403) {
    return (s) =>
      `A request about ${subjectOf(s)} was refused, and not by UpCloud, whose answers have a code: check that no firewall or proxy stands between this computer and ${url}, and upcloud:apiBaseUrl.`;
  }
  if (status === 404) return () => `UpCloud's API is not at ${url}: check upcloud:apiBaseUrl.`;
  return (s) =>
    `A request about ${subjectOf(s)} was refused, and not by UpCloud, whose answers have a code: check upcloud:apiBaseUrl, and what answers at ${url}.`;
}

function byStatus(status: number): Sentence {
  if (status === 429) {
    return (s) => `UpCloud takes no more requests for now, this one about ${subjectOf(s)}: run again later.`;
  }
  if (status === 408) {
    return (s) => {
      const what = `A request about ${subjectOf(s)} did not come in whole in time`;
      return s.assigning ? `${what}.` : `${what}: run again, and check the network.`;
    };
  }
  if (status >= 500) {
    return (s) => {
      const what = `UpCloud failed inside while handling ${subjectOf(s)}`;
      return s.assigning ? `${what}.` : `${what}: run again, and look at status.upcloud.com.`;
    };
  }
  return (s) =>
    `UpCloud refused a request about ${subjectOf(s)}: correct what its answer names, or report it as a fault of pulumi-upcloud-ip.`;
}

/** What a request is about, for the message of its failure. */
export interface RequestContext {
  /** UUID of the server. */
  server?: string;
  address?: string;
  ptrRecord?: string;
  /** The request assigns an address, which costs money from then on. */
  assigning?: boolean;
}

export interface Explanation {
  /** One or two sentences: what UpCloud's refusal means for this server or address, and what to do. */
  message: string;
  /** The code whose page says more; absent where there is none. */
  code?: ExplainedCode;
}

/**
 * Explains a refusal by UpCloud's code, or by the HTTP status where the code is unknown or missing.
 * @param url where the request was sent
 */
export function explain(
  status: number,
  code: string | undefined,
  context: RequestContext,
  url = "its address",
): Explanation {
  if (code === undefined && isFromElsewhere(status)) return { message: messageFromElsewhere(status, url, context) };
  const known = code !== undefined && isExplained(code) ? code : codeOfStatus(status);
  if (known !== undefined) return { message: messageByCode[known](context), code: known };
  return { message: messageByStatus(status, context) };
}

/** UpCloud's error codes that a user can do something about. */
export type ExplainedCode = keyof typeof messageByCode;

const isExplained = (code: string): code is ExplainedCode => Object.hasOwn(messageByCode, code);

const theServer = ({ server }: RequestContext) => (server === undefined ? "the server" : `server ${server}`);
const theAddress = ({ address }: RequestContext) => (address === undefined ? "the address" : `address ${address}`);
const theSubject = (context: RequestContext) => {
  if (context.address !== undefined) return theAddress(context);
  return context.server === undefined ? "the account" : theServer(context);
};
const quote = (value: string | undefined) => (value === undefined ? "the value" : `"${value}"`);
const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const messageByCode = {
  SERVER_INVALID: ({ server }) =>
    `UpCloud does not accept ${quote(server)} as the UUID of a server: copy the UUID from UpCloud's control panel or from \`upctl server list\`.`,
  INSUFFICIENT_CREDITS: (context) =>
    `The UpCloud account has too few credits for ${context.assigning ? "another address on " : ""}${theServer(context)}: add credits, then run again.`,
  SERVER_FORBIDDEN: (context) =>
    `${capitalize(theServer(context))} belongs to another account: use the credentials of that account, or correct the UUID.`,
  SERVER_NOT_FOUND: (context) => `There is no ${theServer(context)}: correct the UUID, or create the server first.`,
  IP_ADDRESS_LIMIT_REACHED: (context) =>
    `${capitalize(theServer(context))} has as many addresses of this kind as UpCloud allows: release one first, or use another server. To replace a public address of that server, set \`deleteBeforeReplace: true\`, which releases the old one first, for good.`,
  IP_ADDRESS_RESOURCES_UNAVAILABLE: (context) =>
    `UpCloud has no free address of this kind in the zone of ${theServer(context)}: run again later, or use a server in another zone.`,
  SERVER_STATE_ILLEGAL: (context) =>
    `UpCloud assigns and releases addresses only while the server is stopped, and ${context.server === undefined ? `the server of ${theAddress(context)}` : theServer(context)} is not: stop it and run again.`,
  IP_ADDRESS_INVALID: ({ address }) =>
    `UpCloud does not accept ${quote(address)} as an IP address: correct the address.`,
  IP_ADDRESS_FORBIDDEN: (context) =>
    `${capitalize(theAddress(context))} belongs to another account: use the credentials of that account, correct the address, or run \`pulumi refresh\` if it was released.`,
  IP_ADDRESS_NOT_FOUND: (context) =>
    `There is no ${theAddress(context)} any more: run \`pulumi refresh\`, then \`pulumi up\` to get another one.`,
  PTR_RECORD_INVALID: (context) =>
    `UpCloud does not accept ${quote(context.ptrRecord)} as the PTR record of ${theAddress(context)}: use a fully qualified domain name such as mail.example.com.`,
  PTR_RECORD_NOT_SUPPORTED: (context) =>
    `UpCloud supports PTR records for public addresses only, and ${theAddress(context)} is not public: remove ptrRecord.`,
  CANNOT_DELETE_PRIVATE_ADDRESS: (context) =>
    `UpCloud does not release ${theAddress(context)}, because it is on the internal network: set \`retainOnDelete: true\` on the resource, run \`pulumi up\`, then remove the resource from the program.`,
  AUTHENTICATION_FAILED: () =>
    "UpCloud does not accept the credentials: check upcloud:token, or upcloud:username and upcloud:password, or the UPCLOUD_ environment variables, and that the user has API access.",
  ACTION_FORBIDDEN: (context) =>
    `The UpCloud user lacks permission for this action on ${theSubject(context)}: grant it in the control panel, or use another user.`,
  API_VERSION_OBSOLETE: () =>
    "UpCloud no longer serves this version of its API: set upcloud:apiVersion to the other one.",
  API_VERSION_INVALID: () => "UpCloud does not know this version of its API: set upcloud:apiVersion to the other one.",
  TRIAL_PLAN: (context) =>
    `UpCloud's trial allows no further address on ${theServer(context)}: end the trial by adding credits, then run again.`,
} satisfies Readonly<Record<string, (context: RequestContext) => string>>;

/** Each has a page in docs/errors. */
export const explainedCodes = Object.keys(messageByCode) as readonly ExplainedCode[];

function codeOfStatus(status: number): ExplainedCode | undefined {
  if (status === 401) return "AUTHENTICATION_FAILED";
  return status === 403 ? "ACTION_FORBIDDEN" : undefined;
}

/** A refusal without a code is not UpCloud's own. The statuses that are left out mean the same whoever sends them. */
const isFromElsewhere = (status: number) => status < 500 && ![401, 408, 429].includes(status);

function messageFromElsewhere(status: number, url: string, context: RequestContext): string {
  if (status === 404) return `UpCloud's API is not at ${url}: check upcloud:apiBaseUrl.`;
  const refused = `A request about ${theSubject(context)} was refused, but not by UpCloud, whose responses have a code`;
  return status === 403
    ? `${refused}: check upcloud:apiBaseUrl, and any firewall or proxy between this computer and ${url}.`
    : `${refused}: check upcloud:apiBaseUrl, and what responds at ${url}.`;
}

function messageByStatus(status: number, context: RequestContext): string {
  const subject = theSubject(context);
  if (status === 429) return `UpCloud is rate limiting requests, such as this one about ${subject}: run again later.`;
  if (status === 408) {
    const message = `UpCloud did not receive the whole request about ${subject} in time`;
    return context.assigning ? `${message}.` : `${message}: run again, and check the network.`;
  }
  if (status >= 500) {
    const message = `UpCloud had an internal error while handling a request about ${subject}`;
    return context.assigning ? `${message}.` : `${message}: run again, and check status.upcloud.com.`;
  }
  return `UpCloud refused a request about ${subject}: correct what its message names, or report a bug in pulumi-upcloud-ip.`;
}

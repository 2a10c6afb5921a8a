const extra = "extra, with UpCloud's default PTR record, on a server where";

/** Why an address is listed, in words. Of a suspect, `stack` is the one that has probably assigned it. */
const phrases = {
  "journal-result": (stack: string) => `in this machine's journal, as the result of an assign of stack "${stack}"`,
  "journal-match": (stack: string) =>
    `like an assign of stack "${stack}" in this machine's journal, without a response`,
  "state-match": (stack: string) => `like an interrupted create in the state of stack "${stack}"`,
  "extra-beside-managed": (stack: string) => `${extra} stack "${stack}" manages addresses`,
  "extra-beside-create": (stack: string) => `${extra} stack "${stack}" was creating an address`,
  "extra-elsewhere": () => `${extra} these stacks manage no addresses`,
  "changed-ptr-record": () => "extra, with a PTR record that was set by a stack or by somebody else",
  "only-ipv6": () => "the only IPv6 address of its server that these stacks do not manage, usually the server's own",
  plan: () => "part of the server's plan",
  unattached: () => "a floating address that is attached to no server",
  floating: () => "a floating address",
  internal: () => "on the internal network",
  "to-be-adopted": () => "a resource was about to adopt it: run `pulumi up`",
  "only-read": () => "a resource only reads it",
  "only-ptr-record": () => "a resource only sets its PTR record",
  "other-type": () => "a resource of another type has it",
} satisfies Record<string, (stack: string) => string>;

/** The codes of `docs/audit.schema.json`. */
export type Reason = keyof typeof phrases;

export const reasons = Object.keys(phrases) as Reason[];

export const phraseOf = ({ reason, stack = "" }: { reason: Reason; stack?: string }): string => phrases[reason](stack);

import type * as pulumi from "@pulumi/pulumi";

/** The same inputs as this package's, after check. */
export interface Inputs {
  server: string;
  family: string;
  access: string;
  ptrRecord?: string;
}

/** The same outputs as this package's. */
export interface State extends Inputs {
  ptrRecord: string;
  defaultPtrRecord: string;
  partOfPlan: boolean;
  managesPtrRecord?: true;
}

let created = 0;

/** A lifecycle that only passes the properties on. */
export const serverIpAddress = {
  async check(_olds: object, news: Inputs & { __provider?: string }) {
    const { __provider, ...given } = news;
    return { inputs: { ...given, family: given.family ?? "IPv4", access: given.access ?? "public" } };
  },

  async diff(_id: string, olds: State, news: Inputs) {
    return { changes: news.ptrRecord !== undefined && news.ptrRecord !== olds.ptrRecord };
  },

  async create(inputs: Inputs) {
    const number = ++created;
    const id = `198.18.${number >> 8}.${number & 255}`;
    return { id, outs: stateOf(inputs, `${id.replaceAll(".", "-")}.fi-hel1.upcloud.host`) };
  },

  async read(id: string, props: State) {
    const { defaultPtrRecord, partOfPlan, managesPtrRecord, ptrRecord, ...inputs } = props;
    return { id, props, inputs: managesPtrRecord ? { ...inputs, ptrRecord } : inputs };
  },

  async update(_id: string, olds: State, news: Inputs) {
    return { outs: stateOf(news, olds.defaultPtrRecord) };
  },

  async delete() {},
} satisfies pulumi.dynamic.ResourceProvider;

export function stateOf(inputs: Inputs, defaultPtrRecord: string): State {
  const { ptrRecord = defaultPtrRecord } = inputs;
  const managed = inputs.ptrRecord === undefined ? {} : { managesPtrRecord: true as const };
  return { ...inputs, ptrRecord, defaultPtrRecord, partOfPlan: false, ...managed };
}

import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "../../src";

const server = "0053cd80-5945-4105-9081-11192806a8f7";

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `id-of-${name}`, state: inputs }),
    call: () => ({}),
  }),
);

const valueIn = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));

test("both resources work with mocks that name no organization", async () => {
  const mail = new ServerIpAddress("mail", { server });
  const record = new PtrRecord("record", { address: mail.address, ptrRecord: "mail.example.com" });
  expect(await Promise.all([mail.address, record.address].map(valueIn))).toEqual(["id-of-mail", "id-of-mail"]);
});

test("children of a component do not wait for each other", async () => {
  class Both extends pulumi.ComponentResource {
    readonly addresses = (["IPv4", "IPv6"] as const).map(
      (family) => new ServerIpAddress(`both-${family}`, { server, family }, { parent: this }).address,
    );
  }
  const { addresses } = new Both("test:index:Both", "both");
  expect(await Promise.all(addresses.map(valueIn))).toEqual(["id-of-both-IPv4", "id-of-both-IPv6"]);
});

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

test("the lifecycle is told the URN that the resource gets, at the root and in a component", async () => {
  const told: (string | undefined)[] = [];
  const tell = (program: unknown) =>
    told.push(typeof program === "string" ? JSON.parse(program).urn : (program as { urn: string }).urn);
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      if (inputs.__program !== undefined) tell(inputs.__program);
      return { id: `id-of-${name}`, state: inputs };
    },
    call: () => ({}),
  });
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  const declared = [undefined, { parent }].flatMap((options, index) => [
    new ServerIpAddress(`address-${index}`, { server }, options),
    new PtrRecord(`record-${index}`, { address: "203.0.113.7", ptrRecord: "mail.example.com" }, options),
  ]);
  const urns = await Promise.all(declared.map(({ urn }) => valueIn(urn)));
  expect(told.sort()).toEqual(urns.sort());
  expect(urns).toContainEqual(expect.stringContaining("::test:index:Parent$pulumi-nodejs:dynamic/upcloud:PtrRecord::"));
});

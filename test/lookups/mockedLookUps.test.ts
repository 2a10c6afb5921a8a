import { setTimeout as wait } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { getIpAddress, getIpAddresses, getIpAddressesOutput, getIpAddressOutput } from "../../src";

const address = {
  address: "198.51.100.7",
  family: "IPv4",
  access: "public",
  ptrRecord: "mail.example.com",
  partOfPlan: true,
  floating: false,
};
const called: [string, unknown][] = [];

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: async ({ name, inputs }) => {
      await wait(50);
      return { id: name, state: inputs };
    },
    call: ({ token, inputs }) => {
      called.push([token, inputs]);
      return token.endsWith("getIpAddresses") ? [address, { ...address, address: "198.51.100.8" }] : address;
    },
  }),
);

const valueIn = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));
const type = "pulumi-nodejs:dynamic/upcloud:";

test("in a unit test the mocks answer look-ups, without configuration", async () => {
  expect(await getIpAddress({ address: "198.51.100.7" })).toEqual(address);
  expect(await valueIn(getIpAddressOutput({ address: pulumi.output("198.51.100.7") }))).toEqual(address);
  const two = [address, { ...address, address: "198.51.100.8" }];
  expect(await getIpAddresses({ family: "IPv4" })).toEqual(two);
  expect(await valueIn(getIpAddressesOutput({ family: "IPv4" }))).toEqual(two);
  const inputs = [{ address: "198.51.100.7" }, { family: "IPv4" }];
  expect(called).toEqual([
    [`${type}getIpAddress`, inputs[0]],
    [`${type}getIpAddress`, inputs[0]],
    [`${type}getIpAddresses`, inputs[1]],
    [`${type}getIpAddresses`, inputs[1]],
  ]);
});

test("dependsOn makes a look-up wait for a resource or a list of them", async () => {
  const seen: string[] = [];
  class Slow extends pulumi.CustomResource {}
  const resource = new Slow("test:index:Slow", "slow");
  resource.id.apply(() => seen.push("resource"));
  await valueIn(getIpAddressesOutput({}, { dependsOn: [resource] }).apply(() => seen.push("list")));
  await valueIn(getIpAddressOutput({ address: "198.51.100.7" }, { dependsOn: resource }).apply(() => seen.push("one")));
  expect(seen).toEqual(["resource", "list", "one"]);
});

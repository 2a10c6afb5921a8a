import * as pulumi from "@pulumi/pulumi";
import type { GetIpAddressesResult } from "pulumi-upcloud-ip";
import { mailAddresses } from "./mailAddresses";

const server = "0053cd80-5945-4105-9081-11192806a8f7";
const asked: pulumi.runtime.MockCallArgs[] = [];
const declared: pulumi.runtime.MockResourceArgs[] = [];
let onServer: GetIpAddressesResult = [];

beforeAll(() =>
  pulumi.runtime.setMocks({
    // A new resource: its id is the address that UpCloud chooses.
    newResource: (resource) => {
      declared.push(resource);
      const { address = "203.0.113.25", ...inputs } = resource.inputs;
      return { id: address, state: { ...inputs, address } };
    },
    // A look-up: `getIpAddresses` returns a list, `getIpAddress` one address.
    call: (call) => {
      asked.push(call);
      return onServer;
    },
  }),
);

beforeEach(() => {
  asked.length = 0;
  declared.length = 0;
});

test("the new address is the one that UpCloud assigned, with a PTR record in the domain", async () => {
  onServer = [];
  const { mail, web } = await mailAddresses({ server, domain: "example.com" });
  expect([await valueIn(mail), web]).toEqual(["203.0.113.25", []]);
  expect(declared).toMatchObject([
    { type: "pulumi-nodejs:dynamic/upcloud:ServerIpAddress", inputs: { server, ptrRecord: "mail.example.com" } },
  ]);
});

test("only the addresses in the server's plan get another PTR record", async () => {
  onServer = [address("198.51.100.2", true), address("198.51.100.3", false)];
  const { web } = await mailAddresses({ server, domain: "example.com" });
  expect(await Promise.all(web.map(valueIn))).toEqual(["198.51.100.2"]);
  expect(declared.filter(({ type }) => type === "pulumi-nodejs:dynamic/upcloud:PtrRecord")).toMatchObject([
    { inputs: { address: "198.51.100.2", ptrRecord: "web.example.com" } },
  ]);
  expect(asked).toMatchObject([
    { token: "pulumi-nodejs:dynamic/upcloud:getIpAddresses", inputs: { server, access: "public" } },
  ]);
});

const address = (text: string, partOfPlan: boolean): GetIpAddressesResult[number] => ({
  address: text,
  family: "IPv4",
  access: "public",
  server,
  ptrRecord: `${text.replaceAll(".", "-")}.de-fra1.upcloud.host`,
  partOfPlan,
  floating: false,
});

const valueIn = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

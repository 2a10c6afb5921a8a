import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { getIpAddress, getIpAddresses } from "../../src";
import { settingsOfProvider } from "../../src/model/configuration/keys";
import { mail, web } from "../support/demoServers";
import { json, startTestServer } from "../support/network/testServer";
import { configure, endRig, LookUpRig } from "./support/lookUpRig";

afterEach(endRig);

describe("a failed look-up says what was expected, what it got and what to do", () => {
  const failure = (lookUp: () => Promise<unknown>) => lookUp().catch((error: Error) => error) as Promise<Error>;
  const name = "a fully qualified domain name such as mail.example.com";

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "no address",
      () => getIpAddress({} as never),
      "getIpAddress: address: expected an IP address of the account, such as 198.51.100.7, got nothing: set `address`",
    ],
    [
      "an address that is none",
      () => getIpAddress({ address: "mail" }),
      'getIpAddress: address: expected an IP address of the account, such as 198.51.100.7, got "mail"',
    ],
    [
      "filters that cannot fit",
      () => getIpAddresses({ family: "ipv4", access: "internal", ptrRecord: "mail" } as never),
      `getIpAddresses: family: expected "IPv4" or "IPv6", got "ipv4"; access: expected "public" or "private" or "utility", got "internal"; ptrRecord: expected ${name}, got "mail": add the domain`,
    ],
    [
      "a server that is none",
      () => getIpAddresses({ server: "web" }),
      `getIpAddresses: server: expected the UUID of a server, such as ${mail}, got "web": copy it from UpCloud's control panel or from \`upctl server list\``,
    ],
    [
      "a filter that there is not",
      () => getIpAddresses({ servers: [mail] } as never),
      'getIpAddresses: servers: expected one of server, family, access, ptrRecord, got the property "servers": did you mean server?',
    ],
  ])("%s", async (_, lookUp, message) => {
    const rig = await LookUpRig.start();
    expect((await failure(lookUp)).message).toBe(message);
    expect(rig.requests()).toEqual([]);
  });

  test("an address that is not in the account", async () => {
    await LookUpRig.start();
    const { message } = await failure(() => getIpAddress({ address: "203.0.113.250" }));
    expect(message).toMatch(
      /^getIpAddress: there is no address 203\.0\.113\.250 in the UpCloud account: correct `address`\./,
    );
  });

  test("no credentials", async () => {
    pulumi.runtime.setAllConfig({});
    const { message } = await failure(() => getIpAddresses());
    expect(message).toMatch(/^getIpAddresses: Expected credentials for UpCloud, got none: run/);
  });

  test("Pulumi shows it without a stack trace, and does not inspect what is attached to it", async () => {
    await LookUpRig.start();
    const error = await failure(() => getIpAddress({ address: "203.0.113.250" }));
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(inspect(Object.assign(error, { promise: { whole: "runtime" } }))).not.toContain("runtime");
  });
});

describe("a malformed entry of the list", () => {
  const sound = { access: "public", address: "198.51.100.7", family: "IPv4", ptr_record: "", server: web };
  const broken = { ...sound, address: "198.51.100.8", ptr_record: 7, server: mail };
  const serve = async () => {
    const server = await startTestServer(
      json(200, { ip_addresses: { ip_address: [sound, broken, { ...sound, address: 5 }] } }),
    );
    configure(server.url);
    return server;
  };

  test("does not affect a look-up that does not need it", async () => {
    const server = await serve();
    expect(await getIpAddress({ address: sound.address })).toMatchObject({ address: sound.address });
    expect(await getIpAddresses({ server: web })).toMatchObject([{ address: sound.address }]);
    await server.close();
  });

  test.each([
    ["getIpAddress", () => getIpAddress({ address: broken.address })],
    ["getIpAddresses", () => getIpAddresses({ server: mail })],
  ])("makes %s fail if it needs the entry, with the field and its value", async (name, lookUp) => {
    const server = await serve();
    await expect(lookUp()).rejects.toThrow(
      `${name}: UpCloud's list of addresses is not as documented for 198.51.100.8: expected ip_address.ptr_record to be a string, got 7. If it persists`,
    );
    await server.close();
  });
});

test("a look-up whose provider is not known yet says what to use instead", async () => {
  const settings = { isKnown: Promise.resolve(false), apply: () => settings };
  const unsecret = jest.spyOn(pulumi, "unsecret").mockReturnValue(settings as never);
  const provider = { [settingsOfProvider]: settings } as unknown as pulumi.ProviderResource;
  await expect(getIpAddresses({}, { provider })).rejects.toThrow("use getIpAddressesOutput instead");
  unsecret.mockRestore();
});

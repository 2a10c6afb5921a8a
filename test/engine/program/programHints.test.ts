import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress } from "pulumi-upcloud-ip";
import { mail as other, web as server } from "../../support/demoServers";
import { Registrations, type } from "./support/registrations";

describe("what a declaration registers", () => {
  const registrations = Registrations.ofEachTest();

  test("a PtrRecord tells whose address it is given only where that declares a record itself", async () => {
    const sharedWith = async (mail: ServerIpAddress, address: pulumi.Input<string> = mail.address) => {
      const name = `record-of-${++records}`;
      const { inputs } = await registrations.of(new PtrRecord(name, { address, ptrRecord: "a.example.com" }));
      return inputs.__program;
    };
    let records = 0;
    const declaring = new ServerIpAddress("declaring", { server, ptrRecord: pulumi.output("mail.example.com") });
    const undecided = new ServerIpAddress("undecided", { server, ptrRecord: pulumi.output(undefined as never) });
    const leaving = new ServerIpAddress("leaving", { server });
    expect(await sharedWith(declaring)).toMatchObject({ name: "record-of-1", sharedWith: "declaring" });
    expect(await sharedWith(declaring, declaring.id)).toMatchObject({ sharedWith: "declaring" });
    for (const others of [sharedWith(undecided), sharedWith(leaving), sharedWith(leaving, "203.0.113.7")]) {
      expect((await others).sharedWith).toBeUndefined();
    }
  });

  describe("the program's hints of an address", () => {
    const hintsOf = async (resource: ServerIpAddress) =>
      JSON.parse((await registrations.of(resource)).inputs.__program);
    const onServer = async (...resources: ServerIpAddress[]) =>
      (await Promise.all(resources.map(hintsOf))).map((hints) => hints.onServer);

    test("counts the addresses of its server that are declared with it, in any spelling of the UUID", async () => {
      const on = "00798b85-efdc-41ca-8021-f6ef457b8531";
      const [one, elsewhere] = [
        new ServerIpAddress("one of two", { server: on }),
        new ServerIpAddress("x", { server: other }),
      ];
      const two = new ServerIpAddress("two of two", { server: pulumi.output(on.toUpperCase()) });
      expect(await onServer(one, elsewhere, two)).toEqual([2, 1, 2]);
      const late = [on, pulumi.output(on)].map((server, index) => new ServerIpAddress(`late ${index}`, { server }));
      expect(await onServer(...late)).toEqual([4, 4]);
      expect(await hintsOf(one)).toEqual({
        preview: false,
        onServer: 2,
        urn: `urn:pulumi:stack::project::${type}::one of two`,
      });
    });

    test("counts those that another provider has, also one that a component hands down", async () => {
      const on = "00333d1b-3a4a-4b75-820a-4a56d70395dd";
      class Provider extends pulumi.ProviderResource {
        constructor() {
          super("pulumi-nodejs", "second", {});
        }
      }
      const provider = new Provider();
      const parent = new pulumi.ComponentResource("test:index:Mail", "mail", {}, { providers: [provider] });
      const all = [{}, {}, { provider }, { parent }].map(
        (options, index) => new ServerIpAddress(`of a provider ${index}`, { server: on }, options),
      );
      const told = (await Promise.all(all.map(hintsOf))).map(({ onServer, withOtherProviders }) => [
        onServer,
        withOtherProviders,
      ]);
      expect(told).toEqual([
        [4, 2],
        [4, 2],
        [4, 2],
        [4, 2],
      ]);
    });

    test("is sent in one turn of the event loop for each run of addresses of one server", async () => {
      const servers = [server, server, other, server, other, other];
      const all = servers.map((server, index) => new ServerIpAddress(`turn ${index}`, { server }));
      const turns: string[][] = [];
      for (let told = 0; told < all.length; told = registrations.all.length) {
        await new Promise(setImmediate);
        turns.push(registrations.all.slice(told).map(({ name }) => name));
      }
      expect(turns.filter((names) => names.length > 0)).toEqual([
        ["turn 0", "turn 1"],
        ["turn 2"],
        ["turn 3"],
        ["turn 4", "turn 5"],
      ]);
    });
  });
});

import * as pulumi from "@pulumi/pulumi";
import { PtrRecord, ServerIpAddress, type ServerIpAddressArgs } from "pulumi-upcloud-ip";
import { web as server } from "../../support/demoServers";
import { Registrations, text, type, valueIn } from "./support/registrations";

const typeOfRecord = "pulumi-nodejs:dynamic/upcloud:PtrRecord";
const textOfRecord = 'exports.handler = () => require("pulumi-upcloud-ip/provider").ptrRecord;';

describe("what a declaration registers", () => {
  const registrations = Registrations.ofEachTest();

  /** The inputs but those that are the package's own, which no user gives and which begin with two underscores. */
  const givenIn = ({ inputs }: pulumi.runtime.MockResourceArgs) =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));

  class Note extends pulumi.CustomResource {
    constructor(name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
      super("test:index:Note", name, props, opts);
    }
  }

  test("a ServerIpAddress has its type token, exactly the inputs that are given, and the name of its lifecycle", async () => {
    const args: ServerIpAddressArgs = { server, family: "IPv6", ptrRecord: pulumi.output("mail.example.com") };
    const mail = await registrations.of(new ServerIpAddress("mail", args));
    expect(mail).toMatchObject({ type, custom: true, inputs: { __provider: text } });
    expect(givenIn(mail)).toEqual({ server, family: "IPv6", ptrRecord: "mail.example.com" });
    expect(registrations.all).toHaveLength(1);
    expect(Object.keys(args)).toEqual(["server", "family", "ptrRecord"]);
  });

  test("the name of the lifecycle is at most 120 bytes and the same in every resource", async () => {
    const one = await registrations.of(new ServerIpAddress("one", { server }));
    const two = await registrations.of(new ServerIpAddress("two", { server, adopt: "203.0.113.7" }));
    expect([one.inputs.__provider, two.inputs.__provider]).toEqual([text, text]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(120);
  });

  test("`get` reads by the address, with no inputs but the name of the lifecycle", async () => {
    const found = await registrations.of(ServerIpAddress.get("found", "203.0.113.7"));
    expect([found.type, found.id, found.inputs]).toEqual([type, "203.0.113.7", { __provider: text }]);
  });

  test("`address` is the id", async () => {
    const mail = new ServerIpAddress("mail", { server });
    expect(await valueIn(mail.address)).toBe("id-of-mail");
    expect(await valueIn(mail.id)).toBe("id-of-mail");
  });

  test("a child of another type is left alone", async () => {
    const parent = new ServerIpAddress("parent", { server });
    const child = await registrations.of(new Note("child", { text: "hello" }, { parent }));
    expect(child.inputs).toEqual({ text: "hello" });
  });

  test("a dynamic child of another type keeps its own lifecycle", async () => {
    class Echo extends pulumi.dynamic.Resource {}
    const provider = { create: async () => ({ id: "echo", outs: {} }) };
    const parent = new ServerIpAddress("parent", { server });
    const alone = await registrations.of(new Echo(provider, "alone", {}));
    const child = await registrations.of(new Echo(provider, "child", {}, { parent }));
    expect(alone.inputs.__provider).not.toBe(text);
    expect(child.inputs).toEqual(alone.inputs);
  });

  test("a child of the same type names the lifecycle too", async () => {
    const parent = new ServerIpAddress("parent", { server });
    const child = await registrations.of(new ServerIpAddress("child", { server }, { parent }));
    expect([givenIn(child), child.inputs.__provider]).toEqual([{ server }, text]);
  });

  test("transformations of the user run, for the resource and its children, and their list stays as it was", async () => {
    const seen: string[] = [];
    const transformations: pulumi.ResourceTransformation[] = [
      ({ name, props, opts }) => {
        seen.push(name);
        return { props: { ...props, changedBy: "the user" }, opts };
      },
    ];
    const opts: pulumi.CustomResourceOptions = { transformations, protect: true };
    const parent = new ServerIpAddress("parent", { server }, opts);
    const child = await registrations.of(new Note("child", { text: "hello" }, { parent }));
    expect(seen).toEqual(["parent", "child"]);
    const { inputs } = await registrations.of(parent);
    expect(inputs).toMatchObject({ server, changedBy: "the user", __provider: text });
    expect(child.inputs).toEqual({ text: "hello", changedBy: "the user" });
    expect(opts).toEqual({ transformations, protect: true });
    expect(transformations).toHaveLength(1);
  });

  test("a PtrRecord has its type token, exactly the inputs that are given, and the name of its lifecycle", async () => {
    const args = { address: "203.0.113.7", ptrRecord: pulumi.output("mail.example.com") };
    const record = await registrations.of(new PtrRecord("record", args));
    expect([record.type, record.inputs.__provider]).toEqual([typeOfRecord, textOfRecord]);
    expect(givenIn(record)).toEqual({ address: "203.0.113.7", ptrRecord: "mail.example.com" });
  });

  test("`PtrRecord.get` reads by the address, with no inputs but the name of the lifecycle", async () => {
    const found = await registrations.of(PtrRecord.get("record", "203.0.113.7"));
    expect([found.type, found.id, found.inputs]).toEqual([typeOfRecord, "203.0.113.7", { __provider: textOfRecord }]);
    expect(PtrRecord.isInstance(PtrRecord.get("another", "203.0.113.7"))).toBe(true);
    const address = new ServerIpAddress("an address", { server });
    expect([undefined, {}, typeOfRecord, address].filter((value) => PtrRecord.isInstance(value))).toEqual([]);
  });

  test("isInstance is true for a ServerIpAddress, also one that is only read", () => {
    expect(ServerIpAddress.isInstance(new ServerIpAddress("mail", { server }))).toBe(true);
    expect(ServerIpAddress.isInstance(ServerIpAddress.get("found", "203.0.113.7"))).toBe(true);
  });

  test("isInstance is false for every other value", () => {
    const others = [undefined, null, 0, "", type, {}, [], ServerIpAddress, new Note("note", {})];
    expect(others.filter((value) => ServerIpAddress.isInstance(value))).toEqual([]);
  });
});

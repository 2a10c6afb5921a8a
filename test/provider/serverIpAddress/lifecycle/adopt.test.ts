import { mail, web } from "../../../support/demoServers";
import { endRig, LifecycleRig } from "./support/lifecycleRig";

afterEach(endRig);

describe("adopt", () => {
  test("takes over an address of any spelling without assigning one", async () => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web, family: "IPv6" });
    rig.simulator.clearRequests();
    const { id, state } = await rig.create({ server: web, family: "IPv6", adopt: address.toUpperCase() });
    expect(id).toBe(address);
    expect(state).toMatchObject({ server: web, family: "IPv6", ptrRecord: rig.ptrOf(address) });
    expect(rig.requests()).toEqual([`GET /1.2/ip_address/${address}`]);
  });

  test("of an address with a name of its own learns the default name from the server's zone", async () => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    rig.simulator.account.modifyIpAddress(address, { ptrRecord: "old.example.com" });
    const { state } = await rig.create({ server: web, adopt: address });
    expect(state).toMatchObject({
      ptrRecord: "old.example.com",
      defaultPtrRecord: `${address.replaceAll(".", "-")}.de-fra1.upcloud.host`,
    });
    expect(state).not.toHaveProperty("managesPtrRecord");
  });

  test.each([
    ["another server", mail, {}, `server ${mail}, got ${web}`],
    ["another access", web, { access: "private" }, 'access "private", got "public"'],
  ])("of an address with %s is refused with both values", async (_, server, more, words) => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    await expect(rig.create({ server, adopt: address, ...more })).rejects.toThrow(words);
  });

  test.each([
    [
      "is not in the account",
      "203.0.113.250",
      "There is no address 203.0.113.250 in the UpCloud account: correct `adopt`",
    ],
    ["is floating", "192.0.2.77", "Address 192.0.2.77 is floating, .*: remove `adopt`, and use PtrRecord"],
  ])("of an address that %s says what to do instead", async (_, adopt, words) => {
    const floating = { zone: "fi-hel1", address: "192.0.2.77" };
    const rig = await LifecycleRig.start(
      { seed: { servers: [{ uuid: web, state: "stopped" }], floatingIpAddresses: [floating] } },
      "1.3",
    );
    const failure = rig.create({ server: web, adopt }).catch(({ message }) => message);
    expect(await failure).toMatch(new RegExp(words));
    expect(await failure).not.toContain("pulumi refresh");
  });

  test("that is taken out later is no change, and one that names another address replaces", async () => {
    const rig = await LifecycleRig.start();
    const { address } = rig.simulator.account.assignIpAddress({ server: web });
    const { id, state, inputs } = await rig.create({ server: web, adopt: address });
    rig.nextOperation();
    expect(await rig.provider.diff(id, state, await rig.inputsOf(inputs, { server: web }))).toEqual({ changes: false });
    const other = await rig.inputsOf(inputs, { server: web, adopt: "192.0.2.200" });
    expect(await rig.provider.diff(id, state, other)).toMatchObject({ changes: true, replaces: ["adopt"] });
  });
});

test("an address that another resource adopts in the same operation is not released with the old one", async () => {
  const rig = await LifecycleRig.start();
  const old = await rig.create({ server: web });
  rig.nextOperation();
  const renamed = await rig.create({ server: web, adopt: old.id });
  await rig.provider.delete(old.id, old.state);
  expect(renamed.id).toBe(old.id);
  expect(rig.simulator.account.getIpAddress(old.id)).toBeDefined();
});

test("an address that was adopted in an earlier operation is not released with the old resource", async () => {
  const rig = await LifecycleRig.start();
  const old = await rig.create({ server: web });
  rig.nextOperation();
  const renamed = await rig.create({ server: web, adopt: old.id });
  rig.nextOperation();
  const same = await rig.inputsOf(renamed.inputs, { server: web, adopt: old.id });
  expect(await rig.provider.diff(renamed.id, renamed.state, same)).toEqual({ changes: false });
  await rig.provider.delete(old.id, old.state);
  expect(rig.simulator.account.getIpAddress(old.id)).toBeDefined();
});

import { startSimulator } from "../../src/simulator";
import { absent, mail, web } from "./demoServers";

test("the demo account has the servers mail, which runs, and web, which is stopped", async () => {
  const { account, stop } = await startSimulator();
  expect(account.listServers().map(({ uuid, title, state }) => [uuid, title, state])).toEqual([
    [mail, "mail", "started"],
    [web, "web", "stopped"],
  ]);
  expect(account.getServer(absent)).toBeUndefined();
  await stop();
});

import { backendUrl, demoEnvironment, withYes } from "../../../tools/demo/pulumi";

describe("demoEnvironment", () => {
  const setup = { root: "/clone", folder: "/clone/.demo", url: "http://127.0.0.1:8080", token: "ucat_demo" };

  test("the user's own accounts are removed from the environment", () => {
    const own = {
      UPCLOUD_USERNAME: "me",
      UPCLOUD_PASSWORD: "secret",
      UPCLOUD_TOKEN: "ucat_mine",
      UPCLOUD_API_VERSION: "1.3",
      PULUMI_ACCESS_TOKEN: "pul-mine",
      PULUMI_CREDENTIALS_PATH: "/home/me/credentials",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/home/me/passphrase",
    };
    const environment = demoEnvironment(own, setup);
    expect(Object.keys(environment).filter((name) => name.startsWith("UPCLOUD_"))).toEqual([
      "UPCLOUD_DEBUG_API_BASE_URL",
      "UPCLOUD_TOKEN",
    ]);
    expect(Object.values(environment)).not.toEqual(expect.arrayContaining(Object.values(own)));
  });

  test("Pulumi uses the demo's folder and the simulator, and the rest of the environment is unchanged", () => {
    expect(demoEnvironment({ PATH: "/bin", NO_COLOR: "1" }, setup)).toMatchObject({
      PATH: "/bin",
      NO_COLOR: "1",
      PULUMI_BACKEND_URL: "file:///clone/.demo/state",
      PULUMI_HOME: "/clone/.demo/pulumi-home",
      PULUMI_CONFIG_PASSPHRASE: "",
      UPCLOUD_DEBUG_API_BASE_URL: "http://127.0.0.1:8080",
      UPCLOUD_TOKEN: "ucat_demo",
    });
  });
});

test.each([
  ["/home/me and you/state", "file:///home/me and you/state"],
  ["C:\\Users\\me\\state", "file://C:/Users/me/state"],
])("the backend in %s is %s, as Pulumi reads it", (folder, url) => {
  expect(backendUrl(folder)).toBe(url);
});

describe("withYes", () => {
  test.each([
    [["up"], ["up", "--yes"]],
    [
      ["destroy", "--remove"],
      ["destroy", "--remove", "--yes"],
    ],
    [["refresh"], ["refresh", "--yes"]],
    [
      ["stack", "rm"],
      ["stack", "rm", "--yes"],
    ],
  ])("%j would ask, so it gets --yes", (args, answered) => {
    expect(withYes(args)).toEqual(answered);
  });

  test.each([
    [["up", "--yes"]],
    [["destroy", "-y"]],
    [["preview"]],
    [["stack", "output", "--json"]],
    [["config", "set", "ptrRecord", "up"]],
    [[]],
  ])("%j is passed on unchanged", (args: string[]) => {
    expect(withYes(args)).toEqual(args);
  });
});

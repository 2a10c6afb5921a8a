import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { environmentWith } from "../../../tools/pulumiCli/environment";

describe("environmentWith", () => {
  test("a CLI in a known place comes first on PATH, and PULUMI_CLI_ROOT names its root", () => {
    const environment = environmentWith({ command: "/opt/pulumi/bin/pulumi" } as PulumiCommand);
    expect(environment.PATH).toBe(`/opt/pulumi/bin:${process.env.PATH}`);
    expect(environment.PULUMI_CLI_ROOT).toBe("/opt/pulumi");
  });

  test("PATH has one name, also where the system calls it Path", () => {
    jest.replaceProperty(process, "env", { ...process.env, Path: "C:\\Windows" });
    const environment = environmentWith({ command: "/opt/pulumi/bin/pulumi" } as PulumiCommand);
    jest.restoreAllMocks();
    expect(Object.keys(environment).filter((name) => name.toUpperCase() === "PATH")).toEqual(["PATH"]);
  });

  test("a CLI that is only known by name leaves PATH unchanged and sets no PULUMI_CLI_ROOT", () => {
    const environment = environmentWith({ command: "pulumi" } as PulumiCommand);
    expect(environment.PATH).toBe(process.env.PATH);
    expect(environment.PULUMI_CLI_ROOT).toBeUndefined();
  });
});

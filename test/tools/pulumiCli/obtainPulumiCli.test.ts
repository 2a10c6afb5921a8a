import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { Interrupted } from "../../../tools/childProcess";
import { obtainPulumiCli } from "../../../tools/pulumiCli/obtainPulumiCli";
import type { PulumiCliSource } from "../../../tools/pulumiCli/types";
import { rejection } from "./support/rejection";

const aCli = { command: "/opt/pulumi/bin/pulumi" } as PulumiCommand;

test("the first source that has a CLI wins, and no later one is tried", async () => {
  const later = jest.fn();
  const cli = await obtainPulumiCli([without("nowhere"), having(aCli), { name: "later", obtain: later }]);
  expect(cli).toBe(aCli);
  expect(later).not.toHaveBeenCalled();
});

test("when every source fails, the error lists each with its reason and says what to install", async () => {
  const error = await rejection(
    obtainPulumiCli([without("first", "not there"), without("second", "line 1\nline 2\n")]),
  );
  expect(error.message).toMatch(/^No Pulumi CLI \d+\.\d+\.\d+ or newer was found\./);
  expect(error.message).toContain("\n  - first: not there\n  - second: line 1\n      line 2\n");
  expect(error.message).toContain("https://www.pulumi.com/docs/install/");
});

test("Ctrl-C during one source ends the search", async () => {
  const interrupted = { name: "build", obtain: () => Promise.reject(new Interrupted("SIGINT")) };
  expect(await rejection(obtainPulumiCli([interrupted, having(aCli)]))).toBeInstanceOf(Interrupted);
});

function without(name: string, reason = "not there"): PulumiCliSource {
  return { name, obtain: () => Promise.reject(new Error(reason)) };
}

function having(cli: PulumiCommand): PulumiCliSource {
  return { name: "here", obtain: () => Promise.resolve(cli) };
}

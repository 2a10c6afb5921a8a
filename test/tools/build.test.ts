import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildPackage } from "../../tools/build";

/** A fake tsc: writes the outputs of the sources it finds, or fails as a compiler does. */
const fakeTsc = `
  const fs = require("node:fs"), path = require("node:path");
  if (fs.existsSync("src/bad.ts")) { console.log("src/bad.ts(1,1): error TS1005"); process.exit(2); }
  for (const file of fs.readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts"))) {
    const output = path.join("dist", file.replace(/ts$/, ""));
    fs.mkdirSync(path.dirname(output), { recursive: true });
    for (const extension of ["js", "d.ts"]) fs.writeFileSync(output + extension, "");
  }
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-"));
  jest.spyOn(console, "error").mockImplementation(() => {});
  write("node_modules/typescript/bin/tsc", fakeTsc);
  for (const settings of ["tsconfig.json", "tsconfig.build.json", "package-lock.json"]) write(settings, "{}");
  write("src/index.ts", "");
  write("src/api/client.ts", "");
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

test("a package without dist/ is built", async () => {
  expect(await builds()).toBe(true);
  expect(existsSync(join(root, "dist/api/client.js"))).toBe(true);
});

test("a package whose dist/ is up to date is not built", async () => {
  await buildPackage(root);
  expect(await builds()).toBe(false);
});

test.each(["src/api/client.ts", "src/new.ts", "tsconfig.build.json", "package-lock.json"])(
  "a package is built again after a change of %s",
  async (changed) => {
    await buildPackage(root);
    write(changed, "", "later");
    expect(await builds()).toBe(true);
  },
);

test("a package with a missing output is built again", async () => {
  await buildPackage(root);
  rmSync(join(root, "dist/index.d.ts"));
  expect(await builds()).toBe(true);
});

test("the output of a deleted source is removed, and the rest is built again", async () => {
  await buildPackage(root);
  rmSync(join(root, "src/api/client.ts"));
  expect(await builds()).toBe(true);
  expect(existsSync(join(root, "dist/api/client.js"))).toBe(false);
  expect(existsSync(join(root, "dist/index.js"))).toBe(true);
});

test("a package that does not compile is rejected with the compiler's output", async () => {
  write("src/bad.ts", "");
  await expect(buildPackage(root)).rejects.toThrow("src/bad.ts(1,1): error TS1005");
});

async function builds(): Promise<boolean> {
  jest.mocked(console.error).mockClear();
  await buildPackage(root);
  return jest.mocked(console.error).mock.calls.length > 0;
}

function write(path: string, text: string, when: "earlier" | "later" = "earlier"): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const seconds = Date.now() / 1000 + (when === "later" ? 60 : -60);
  utimesSync(file, seconds, seconds);
}

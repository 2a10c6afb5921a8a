import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { anchorsIn, linksIn } from "./support/markdown";

const root = resolve(__dirname, "../..");
const notOurs = ["node_modules", "dist", "coverage", "docs/api", "reports"];

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = relative(root, path).replaceAll("\\", "/");
    if (entry.name.startsWith(".") || notOurs.includes(name)) return [];
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : markdownFiles(path);
    return entry.name.endsWith(".md") ? [name] : [];
  });
}

/** What is wrong with a relative link, if anything. */
function faultOf(link: string, file: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? join(root, file) : join(root, dirname(file), decodeURIComponent(path));
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined) return undefined;
  if (statSync(target).isDirectory() || !target.endsWith(".md")) return `${link}: an anchor in what is no Markdown`;
  return anchorsIn(readFileSync(target, "utf8")).includes(anchor) ? undefined : `${link}: no such heading`;
}

const files = markdownFiles(root);

test.each(files)("every relative link of %s leads somewhere", (file) => {
  const links = linksIn(readFileSync(join(root, file), "utf8"));
  expect(links.map((link) => faultOf(link, file)).filter((fault) => fault !== undefined)).toEqual([]);
});

test("the texts that a reader begins with are among them", () => {
  expect(files).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/_index.md"]));
});

test.each([
  ["docs/none.md", "docs/none.md: no such file"],
  ["docs/simulator.md#none", "docs/simulator.md#none: no such heading"],
  ["#none", "#none: no such heading"],
  ["docs#rules", "docs#rules: an anchor in what is no Markdown"],
  ["docs/simulator.md#the-simulators-own-paths", undefined],
])("a link to %s in the README is judged: %s", (link, fault) => {
  expect(faultOf(link, "README.md")).toBe(fault);
});

test("links in code are none, nor are those to other sites", () => {
  const text =
    "[a](a.md) `[b](b.md)` [c](https://example.com)\n\n```\n[d](d.md)\n```\n\n![e](e.png) [f]: no\n\n[g]: g.md#h\n";
  expect(linksIn(text)).toEqual(["a.md", "e.png", "g.md#h"]);
});

test("headings become anchors as on GitHub, the second of a name with a number", () => {
  const text =
    "# `npx audit`: it's A_b — c\n\n```\n# no heading\n```\n\n## Twice\n\n## Twice\n\n## [Linked](a.md) **bold**\n";
  expect(anchorsIn(text)).toEqual(["npx-audit-its-a_b--c", "twice", "twice-1", "linked-bold"]);
});

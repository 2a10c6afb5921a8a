import { readFileSync } from "node:fs";
import { join } from "node:path";
import { terminalPicture } from "../../../tools/picture/terminalPicture";

const code = (...numbers: number[]) => `\u001b[${numbers.join(";")}m`;
const textsOf = (picture: string) => [...picture.matchAll(/<text[^>]*>(.*)<\/text>/g)].map(([, text]) => text);

test.each([
  ["plain text", "plain text"],
  ["<a & b>", "&lt;a &amp; b&gt;"],
  [`${code(1)}bold${code(0)} not`, '<tspan font-weight="bold">bold</tspan> not'],
  [`${code(32)}+${code(0)} mail`, '<tspan fill="#3fb950">+</tspan> mail'],
  [`${code(91)}failed`, '<tspan fill="#ffa198">failed</tspan>'],
  [`${code(1)}${code(38, 5, 2)}both`, '<tspan fill="#3fb950" font-weight="bold">both</tspan>'],
  [`${code(38, 5, 200)}one of 256${code()}.`, '<tspan fill="#d2a8ff">one of 256</tspan>.'],
  [`${code(7)}unknown`, "unknown"],
])("the line %j becomes %j", (line, shown) => {
  expect(textsOf(terminalPicture(["$ command", line]))).toEqual(["$ command", shown]);
});

test("a picture is as wide as its longest line without the codes, and as high as its lines", () => {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(terminalPicture([`${code(1)}12345`, "123"])) ?? [];
  expect([width, height]).toEqual([String(5 * 8 + 32), String(2 * 19 + 32)]);
});

test("the README's picture shows an address that was created, and its outputs", () => {
  const picture = readFileSync(join(__dirname, "../../../docs/up.svg"), "utf8");
  const lines = textsOf(picture).map((text) => text?.replace(/<[^>]+>/g, ""));
  expect(lines).toContainEqual(
    expect.stringMatching(/\+\s+pulumi-nodejs:dynamic\/upcloud:ServerIpAddress mail created/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^ +ptrRecord: "mail\.example\.com"$/));
});

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(__dirname, "../..");
const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
/** Everything below src, with slashes on Windows too. */
const entries = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((entry) =>
  entry.replaceAll("\\", "/"),
);
const files = entries.filter((file) => file.endsWith(".ts"));
const sources = files.map((file) => readFileSync(join(root, "src", file), "utf8"));
const source = sources.join("\n");

const path = /^## The path of one `pulumi up`$([\s\S]+?)^## /m.exec(architecture)?.[1] ?? "";
const namesInCode = [...path.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test.each([...new Set(namesInCode)])("the path of an up names %s, which the code has by that name", (name) => {
  if (name.endsWith(".ts")) return expect(files).toContain(name);
  const [owner = "", member] = name.split(".");
  if (member === undefined) return expect(source).toMatch(new RegExp(`\\b${owner}\\b`));
  const declaration = sources.find((text) => text.includes(`class ${owner} `));
  expect(declaration).toMatch(new RegExp(`^  (async )?${member}[(<]`, "m"));
});

test("the table of rooms names each folder of src once, and none that is not there", () => {
  const rooms = [...architecture.matchAll(/^\| `src\/(\S*?)\/` \|/gm)].map(([, room]) => room);
  const folders = entries
    .filter((entry) => statSync(join(root, "src", entry)).isDirectory())
    .filter((folder) => !folder.startsWith("simulator/"));
  expect(rooms.sort()).toEqual(folders.sort());
});

test.each(["src", "test", "tools", "bench"])(
  "no folder of %s has more than twelve files, and no file more than 250 lines",
  (room) => {
    const files = readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 12)).toEqual([]);
    const isLong = (file: string) => readFileSync(join(root, room, file), "utf8").split("\n").length > 251;
    expect(files.filter(isLong)).toEqual([]);
  },
);

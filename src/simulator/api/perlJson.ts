/** Formats JSON as UpCloud does, which is Perl's pretty canonical form: three spaces, ` : ` and sorted keys. */
export function perlJson(value: unknown, depth = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const indent = "   ".repeat(depth);
  const lines = Array.isArray(value)
    ? value.map((item: unknown) => perlJson(item, depth + 1))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)} : ${perlJson(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (lines.length === 0) return `${open}${close}`;
  return `${open}\n${lines.map((line) => `${indent}   ${line}`).join(",\n")}\n${indent}${close}`;
}

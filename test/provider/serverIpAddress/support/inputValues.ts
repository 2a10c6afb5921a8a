import * as fc from "fast-check";

/** Inputs that are valid, and the form in which they have to come out. */
export interface Spelled {
  declared: Record<string, unknown>;
  canonical: Record<string, unknown>;
}

interface Spelling {
  text: string;
  canonical: string;
}

/** The text with some of its letters in upper case. */
const withCase = (text: string) =>
  fc
    .nat(0x7fff_ffff)
    .map((bits) => [...text].map((one, at) => ((bits >> (at % 31)) & 1 ? one.toUpperCase() : one)).join(""));

const uuid: fc.Arbitrary<Spelling> = fc
  .uuid()
  .filter((text) => text !== "04da6b54-80e4-46f7-96ec-b56ff0331ba9")
  .chain((canonical) => withCase(canonical).map((text) => ({ text, canonical })));

const alphanumeric = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789");
const label = fc
  .tuple(
    alphanumeric,
    fc.option(fc.tuple(fc.string({ unit: fc.constantFrom(..."az09-"), maxLength: 61 }), alphanumeric)),
  )
  .map(([first, rest]) => (rest === null ? first : first + rest[0] + rest[1]));
const topLevel = label.filter((text) => /[a-z]/.test(text));

const hostName: fc.Arbitrary<Spelling> = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 5 }), topLevel, fc.constantFrom("", "."))
  .map(([labels, last, dot]) => ({ name: [...labels, last].join("."), dot }))
  .filter(({ name }) => name.length <= 253)
  .chain(({ name, dot }) => withCase(name).map((text) => ({ text: text + dot, canonical: name })));

const byte = fc.nat(255);
const ipv4: fc.Arbitrary<Spelling> = fc
  .tuple(byte, byte, byte, byte)
  .map((bytes) => ({ text: bytes.join("."), canonical: bytes.join(".") }));

const group = fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xffff));
const ipv6: fc.Arbitrary<Spelling> = fc
  .tuple(fc.array(group, { minLength: 8, maxLength: 8 }), fc.constantFrom("full", "padded", "short", "mixed"))
  .chain(([groups, form]) => withCase(spellingOf(groups, form)).map((text) => ({ text, canonical: shortest(groups) })));

function spellingOf(groups: readonly number[], form: string): string {
  const hex = groups.map((one) => one.toString(16));
  if (form === "full") return hex.join(":");
  if (form === "padded") return hex.map((one) => one.padStart(4, "0")).join(":");
  if (form === "short") return shortest(groups);
  const tail = groups.slice(6).flatMap((one) => [one >> 8, one & 0xff]);
  return `${hex.slice(0, 6).join(":")}:${tail.join(".")}`;
}

/** RFC 5952, section 4: no leading zeros, and the first of the longest runs of two zeros or more is left out. */
function shortest(groups: readonly number[]): string {
  const hex = groups.map((one) => one.toString(16));
  let best = { from: 0, length: 1 };
  for (let from = 0; from < groups.length; from++) {
    const run = groups.slice(from).findIndex((one) => one !== 0);
    const length = run === -1 ? groups.length - from : run;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return hex.join(":");
  return `${hex.slice(0, best.from).join(":")}::${hex.slice(best.from + best.length).join(":")}`;
}

const powerCycle = fc.oneof(
  fc.boolean(),
  fc.record(
    { stopType: fc.constantFrom("soft", "hard"), timeoutSeconds: fc.integer({ min: 1, max: 600 }) },
    { requiredKeys: [], noNullPrototype: true },
  ),
);
const duration = fc.constantFrom("10m", "1h30m", "45s", "500ms", "1.5h", "0h1ms", "596h");
const timeouts = fc.record(
  { create: duration, update: duration, delete: duration },
  { requiredKeys: [], noNullPrototype: true },
);
const more = fc.record({ powerCycle, timeouts }, { requiredKeys: [], noNullPrototype: true });
const own = (value: object): Record<string, unknown> => ({ ...value });

const publicInputs: fc.Arbitrary<Spelled> = fc
  .tuple(
    uuid,
    fc.option(hostName),
    fc.option(
      fc.oneof(
        ipv4.map((one) => ({ ...one, family: "IPv4" })),
        ipv6.map((one) => ({ ...one, family: "IPv6" })),
      ),
    ),
    fc.constantFrom("IPv4", "IPv6"),
    more,
  )
  .map(([server, ptrRecord, adopt, anyFamily, others]) => {
    const family = adopt?.family ?? anyFamily;
    const rest = { ...own(others), family };
    return {
      declared: {
        ...rest,
        server: server.text,
        ...(ptrRecord && { ptrRecord: ptrRecord.text }),
        ...(adopt && { adopt: adopt.text }),
      },
      canonical: {
        ...rest,
        access: "public",
        server: server.canonical,
        ...(ptrRecord && { ptrRecord: ptrRecord.canonical }),
        ...(adopt && { adopt: adopt.canonical }),
      },
    };
  });

const internalInputs: fc.Arbitrary<Spelled> = fc
  .tuple(uuid, fc.constantFrom("private", "utility"), more)
  .map(([server, access, others]) => {
    const rest = { ...own(others), access };
    return {
      declared: { ...rest, server: server.text },
      canonical: { ...rest, family: "IPv4", server: server.canonical },
    };
  });

export const spelled: fc.Arbitrary<Spelled> = fc.oneof(
  { weight: 4, arbitrary: publicInputs },
  { weight: 1, arbitrary: internalInputs },
);

/** Look-alikes of letters, digits, dots and hyphens, invisible characters, and what ends a line. */
const intruder = fc.constantFrom(
  ..."аеорс０１．。‐‑−–\u0000\u00ad\u200b\u2028\ufeff \t\n\r_*/%:.-٣İıſK𝐚",
  "..",
  "%0",
  "xn--",
  "::",
  "0",
);

const mangled = (text: string): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.nat(text.length), fc.constantFrom(0, 0, 1), fc.oneof(intruder, fc.string({ maxLength: 2 })))
    .map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));

/** A valid input of which one value is a little off, of another type, or another property's. */
export const nearMiss: fc.Arbitrary<Record<string, unknown>> = spelled.chain(({ declared }) => {
  const names = Object.keys(declared);
  return fc.constantFrom(...names).chain((name) => {
    const value = declared[name];
    const others = [
      ...names.map((other) => declared[other]),
      ...[
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -0,
        0,
        [value],
        { value },
        "x".repeat(300),
        `${"a".repeat(64)}.example.com`,
      ],
      ...["IPv4 ", "ipv6", "Public", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "10m ", null, "true", "1.2.3.4", "a.1"],
      ...[{ stopType: "Soft" }, { timeoutSeconds: 601 }, { timeoutSeconds: 1.5 }, { create: "0s" }, { create: 5 }, []],
      ...[
        { create: "597h" },
        { stopType: null },
        { delete: "1h1" },
        { recreate: "1m" },
        "01.2.3.4",
        "1.2.3",
        "::1%eth0",
      ],
    ];
    const changed =
      typeof value === "string" ? fc.oneof(mangled(value), fc.constantFrom(...others)) : fc.constantFrom(...others);
    return changed.map((other) => ({ ...declared, [name]: other }));
  });
});

import { jsonOf } from "../../../src/api/http/json";

test.each([
  ["null", null],
  ['{"a":[1]}', { a: [1] }],
])("%s is parsed", (text, value) => {
  expect(jsonOf(text)).toEqual(value);
});

test.each([
  "",
  "ucat_secret",
  '{"a" ucat_secret',
  'x "ucat_secret" y',
  '"ucat_secret',
  '{"a":1} ucat_secret',
  "<p>\nucat_secret\n</p>",
])("an error about %j quotes no part of it", (text) => {
  const parse = () => jsonOf(text);
  expect(parse).toThrow(SyntaxError);
  expect(parse).not.toThrow(/ucat|secret/);
});

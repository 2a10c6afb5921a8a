import { CreateTokens } from "../../../src/provider/serverIpAddress/createTokens";

const urn = "urn:pulumi:test::addresses::mail";

test("tokens of creates are unique within and across operations, and lead to their resource", () => {
  const [one, another] = [new CreateTokens(), new CreateTokens()];
  const tokens = [one.issue(urn), one.issue(urn), another.issue(urn)];
  expect(new Set(tokens).size).toBe(3);
  expect(tokens.map((token) => one.resolve(token).urn)).toEqual([urn, urn, expect.stringMatching(/^unnamed:/)]);
});

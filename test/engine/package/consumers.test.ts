import { type Consumer, languages, packageManagers, Workshop } from "./support/consumer";
import { nodes } from "./support/nodes";
import { yes } from "./support/place";

const workshop = new Workshop();
beforeAll(() => workshop.open("pnpm", "yarn"));
afterAll(() => workshop.close());

/** The newest Pulumi that runs on a version of Node. */
const newestPulumi = { "20": "~3.245.0", "22": "latest", "24": "latest" } as const;
/** The oldest Pulumi that the package asks for. packedPackage.test.ts has ~3.245.0 for the same manager and language. */
const oldest: Consumer = { manager: "npm", language: "TypeScript, CommonJS", node: "20", pulumi: "3.139.0" };

/** Each package manager with each language and each version of Node, and each language with each version of Node. */
const square = packageManagers.flatMap((manager, row) =>
  languages.map((language, column): Consumer => {
    const node = nodes[(row + column) % nodes.length] as Consumer["node"];
    if (manager === oldest.manager && language === oldest.language) return oldest;
    return { manager, language, node, pulumi: newestPulumi[node] };
  }),
);
/** Node strips types by itself from 22.18 on. */
const stripped = (["22", "24"] as const).map(
  (node): Consumer => ({ manager: "npm", language: "TypeScript, type stripping", node, pulumi: newestPulumi[node] }),
);

describe("the packed package works for a program", () => {
  const works = async (consumer: Consumer) => {
    const place = await workshop.install(consumer);
    try {
      expect(await place.node()).toBe(consumer.node);
      const before = place.account.listIpAddresses();
      expect(await place.pulumi("up", ...yes)).toEqual(["GET", "POST", "PUT"]);
      expect(place.account.getIpAddress(place.outputs.address as string)?.ptrRecord).toBe("mail.example.com");
      place.skipTypeChecks();
      expect(await place.pulumi("refresh", "--expect-no-changes", ...yes)).toEqual(["GET"]);
      expect(await place.pulumi("preview", "--expect-no-changes")).toEqual([]);
      expect(await place.pulumi("destroy", ...yes)).toEqual(["GET", "DELETE"]);
      expect(place.account.listIpAddresses()).toEqual(before);
    } finally {
      await place.end();
    }
  };
  const consumers = [...square, ...stripped];
  test.concurrent.each(consumers)("$language, Node $node, installed by $manager, Pulumi $pulumi", works);
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { demoReport } from "../../../tools/demo/report";

describe("demoReport", () => {
  const outputs = { address: "198.18.0.7", ptrRecord: "mail.example.com" };

  test("the report shows the stack's address and that of the account one below the other", async () => {
    const assigned = { address: "198.18.0.7", ptr_record: "drifted.example.com", server: "0053cd80" };
    const report = await withAccount([assigned], (account) => demoReport(outputs, account, 7));
    expect(report).toMatch(/outputs +198\.18\.0\.7 +PTR mail\.example\.com\n/);
    expect(report).toMatch(/account +198\.18\.0\.7 +PTR drifted\.example\.com +on server 0053cd80\n/);
    expect(report).toMatch(/Requests to the API +7\n/);
    expect(report).toContain("npm run demo -- destroy");
  });

  test("a stack with an address that the account does not have is an error", async () => {
    const other = { address: "198.18.0.8", ptr_record: "", server: "0053cd80" };
    await expect(withAccount([other], (account) => demoReport(outputs, account, 7))).rejects.toThrow(
      "The stack's address 198.18.0.7 is not in the account.",
    );
  });

  async function withAccount<T>(addresses: object[], use: (account: Parameters<typeof demoReport>[1]) => Promise<T>) {
    const server = createServer((request, response) => {
      const isRight = request.url === "/1.2/ip_address" && request.headers.authorization === "Bearer ucat_demo";
      response.statusCode = isRight ? 200 : 400;
      response.end(JSON.stringify({ ip_addresses: { ip_address: addresses } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return await use({ url: `http://127.0.0.1:${port}`, credentials: { token: "ucat_demo" } });
    } finally {
      server.close();
    }
  }
});

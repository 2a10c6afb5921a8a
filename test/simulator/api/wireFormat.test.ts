import { get } from "node:http";
import { send, startTestSimulator } from "../support/api";
import { addresses, testSeed, uuids } from "../support/testSeed";

describe("the wire format", () => {
  test("a body has Perl's format: three spaces, ` : `, sorted keys, a newline at the end", async () => {
    const simulator = await startTestSimulator({ seed: testSeed });
    const { text } = await send(simulator, "GET", `/1.3/ip_address/${addresses.floating}`);
    expect(text).toBe(`{
   "ip_address" : {
      "access" : "public",
      "address" : "203.0.113.70",
      "family" : "IPv4",
      "floating" : "yes",
      "ptr_record" : "203-0-113-70.fi-hel1.upcloud.host",
      "zone" : "fi-hel1"
   }
}
`);
    const server = await send(simulator, "GET", `/1.3/server/${uuids.off}`);
    expect(server.text).toContain(`      "tags" : {\n         "tag" : []\n      },`);
  });

  test("headers are those of UpCloud's web server, with the reason phrase of a failed authentication", async () => {
    const simulator = await startTestSimulator();
    const raw = await new Promise<{ phrase: string | undefined; headers: string[] }>((resolve) => {
      get(`${simulator.url}/1.2/ip_address`, (answer) => {
        answer.resume();
        resolve({ phrase: answer.statusMessage, headers: answer.rawHeaders });
      });
    });
    expect(raw.phrase).toBe("Authorization Required");
    const names = raw.headers.filter((_, i) => i % 2 === 0);
    expect(names).toEqual(
      expect.arrayContaining(["Content-Type", "Content-Length", "Date", "Server", "Strict-Transport-Security"]),
    );
    expect(raw.headers).toEqual(
      expect.arrayContaining(["application/json; charset=UTF-8", "Apache", "max-age=63072000"]),
    );
  });
});

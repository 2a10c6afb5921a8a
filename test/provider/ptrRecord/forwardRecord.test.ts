import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { ForwardRecords, type ForwardResolver } from "../../../src/provider/ptrRecord/forwardRecord";

const [name, address] = ["mail.example.com", "198.51.100.7"];

/** Time that passes by waiting only, and DNS that answers what the test says, the last answer again and again. */
function given(...answers: (string[] | string)[]) {
  let nowMs = 0;
  const said: string[] = [];
  const asked: string[] = [];
  const answer = (type: string) => async (asking: string) => {
    asked.push(`${type} ${asking}`);
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (typeof next === "string") throw Object.assign(new Error(`query ${next}`), { code: next });
    return next ?? [];
  };
  const resolver: ForwardResolver = { resolve4: answer("A"), resolve6: answer("AAAA") };
  const timer = {
    now: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      if (!signal?.aborted) nowMs += ms;
    },
  };
  const forward = new ForwardRecords(resolver, (line) => said.push(line), timer);
  return { forward, said, asked, waitedMs: () => nowMs };
}
const inTime = new AbortController().signal;

test.each([false, undefined])("waitForForwardRecord %j looks nothing up", async (wanted) => {
  const { forward, asked, said } = given([]);
  await forward.wait(name, address, wanted, inTime);
  expect([asked, said]).toEqual([[], []]);
});

test.each([
  ["the A record", address, [address], `A ${name}`],
  ["the AAAA record", "2001:db8::4dd", ["2001:db8::1", "2001:DB8:0::04dd"], `AAAA ${name}`],
])("%s that leads to the address, in any spelling, ends the waiting", async (_, to, found, question) => {
  const { forward, asked, said, waitedMs } = given(found);
  await forward.wait(name, to, true, inTime);
  expect([asked, said, waitedMs()]).toEqual([[question], [], 0]);
});

test.each(["ENOTFOUND", "ENODATA", "ESERVFAIL"])("%s is a record that is not there yet", async (code) => {
  const { forward, asked, said } = given(code, ["198.51.100.8"], [address]);
  await forward.wait(name, address, true, inTime);
  expect([asked.length, said]).toEqual([3, []]);
});

test("while it waits it says for what, and when the time is over it warns", async () => {
  const { forward, said, waitedMs } = given("ENOTFOUND", ["198.51.100.8"]);
  await forward.wait(name, address, { timeoutSeconds: 30 }, inTime);
  expect(waitedMs()).toBe(30_000);
  expect(said.length).toBeGreaterThan(1);
  expect(said[0]).toMatch(
    /^PTR record of 198.51.100.7: waiting until mail.example.com resolves to it, found 198.51.100.8 \(\d+ s\)$/,
  );
  expect(said.at(-1)).toBe(
    "warning: mail.example.com does not resolve to 198.51.100.7 after 30 s (found 198.51.100.8): the PTR record is set anyway, correct the forward record.",
  );
});

test.each([
  [true, 300],
  [{}, 300],
  [{ timeoutSeconds: 3600 }, 3600],
])("%j waits %i seconds", async (wanted, seconds) => {
  const { forward, said, waitedMs } = given([]);
  await forward.wait(name, address, wanted, inTime);
  expect(waitedMs()).toBe(seconds * 1000);
  expect(said.at(-1)).toContain(`after ${seconds} s (found no A record)`);
});

const faults = ["ETIMEOUT", "EREFUSED", "ECONNREFUSED"];

test.each(faults)("a look-up that fails (%s) is waited out, for as long as is asked for", async (code) => {
  const { forward, asked, said } = given(code, code, [address]);
  await forward.wait(name, address, true, inTime);
  expect([asked.length, said]).toEqual([3, []]);
});

test.each(faults)("look-ups that go on failing (%s) are a warning when the time is over", async (code) => {
  const { forward, said, waitedMs } = given(code);
  await forward.wait(name, address, true, inTime);
  expect([waitedMs(), said.at(-1)]).toEqual([
    300_000,
    `warning: mail.example.com does not resolve to 198.51.100.7 after 300 s (the look-up failed: query ${code}): the PTR record is set anyway, correct the forward record.`,
  ]);
});

test("when the operation's time is over the waiting ends without a word", async () => {
  const { forward, asked, said } = given([]);
  await forward.wait(name, address, true, AbortSignal.abort());
  expect([asked.length, said]).toEqual([1, []]);
});

test("Node's own resolver finds the record that a DNS server serves from its second answer on", async () => {
  let questions = 0;
  const server = createSocket("udp4");
  server.on("message", (question, { port }) =>
    server.send(answerTo(question, ++questions > 1 ? address : undefined), port),
  );
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  const said: string[] = [];
  const timer = { now: () => 0, sleep: async () => undefined };
  await new ForwardRecords(resolver, (line) => said.push(line), timer).wait(name, address, true, inTime);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  expect([questions, said]).toEqual([2, []]);
});

/** The question sent back as an answer: with one A record, or as a name that does not exist (RFC 1035, section 4.1). */
function answerTo(question: Buffer, record: string | undefined): Buffer {
  const nameEnds = question.indexOf(0, 12);
  const asked = question.subarray(12, nameEnds + 5);
  const flags = record === undefined ? 0x8183 : 0x8180;
  const header = Buffer.from([0, 0, flags >> 8, flags & 0xff, 0, 1, 0, record === undefined ? 0 : 1, 0, 0, 0, 0]);
  question.copy(header, 0, 0, 2);
  const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...(record ?? "").split(".").map(Number)];
  return Buffer.concat([header, asked, Buffer.from(record === undefined ? [] : answer)]);
}

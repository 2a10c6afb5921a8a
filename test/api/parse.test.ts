import { inspect } from "node:util";
import { UpCloudError } from "../../src/api/errors/upCloudError";
import { createRedact } from "../../src/api/http/redaction";
import { parseLayer } from "../../src/api/parse";
import { ShapeError } from "../../src/api/responses";

const request = { method: "GET", path: "/1.2/ip_address", context: {} } as const;
const redact = createRedact({ token: "ucat_secret" });
const misfit = () => {
  throw new ShapeError("server.uuid", "a string", 7);
};

test("a body that fits becomes the call's result", async () => {
  const send = parseLayer(redact, async () => ({ status: 200, body: { answer: 42 } }));
  expect(await send({ ...request, read: (body) => (body as { answer: number }).answer })).toBe(42);
});

test("a body that does not fit is an unreadable response that names the field", async () => {
  const error = await parseLayer(redact, async () => ({ status: 200, body: {} }))({ ...request, read: misfit }).catch(
    (e) => e,
  );
  expect(error).toMatchObject({ failure: "unreadable", status: 200, method: "GET", path: "/1.2/ip_address" });
  expect(error.message).toContain("expected server.uuid to be a string, got 7");
});

test("an unreadable response has the reader's error as its cause, both without the credentials", async () => {
  const send = parseLayer(redact, async () => ({ status: 200, body: "ucat_secret" }));
  const read = (body: unknown) => {
    throw new ShapeError("server.uuid", "a string", body);
  };
  const error = await send({ ...request, read }).catch((e) => e);
  expect(error.cause.message).toBe('expected server.uuid to be a string, got "[redacted]"');
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("ucat_secret");
});

test("a missing body that was needed is an unreadable response", async () => {
  const send = parseLayer(redact, async () => ({ status: 204, body: undefined }));
  const error = await send({ ...request, read: misfit }).catch((e) => e);
  expect(error).toMatchObject({ failure: "unreadable", status: 204 });
  expect(error.message).toContain("an empty body");
});

test("a failure to send is passed on as it is", async () => {
  const lost = UpCloudError.unanswered(request, "closed");
  await expect(parseLayer(redact, () => Promise.reject(lost))({ ...request, read: misfit })).rejects.toBe(lost);
});

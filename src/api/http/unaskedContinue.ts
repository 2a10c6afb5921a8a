import type { Socket } from "node:net";

/**
 * Drops a `100 Continue` in front of an answer. A server may send one unasked (RFC 9110, 15.2), but undici destroys the connection then
 * (`onHeadersComplete` in its client-h1.js), and an assign would be in doubt. undici takes what has come with `read`, and writes a
 * request only when the answer to the one before is whole.
 */
export function dropUnaskedContinue(socket: Socket): void {
  const read = socket.read;
  let head = Buffer.alloc(0);
  let writtenBefore = 0;
  socket.read = (size) => {
    const chunk: Buffer | null = read.call(socket, size);
    const isAnswerBegun = socket.bytesWritten === writtenBefore;
    if (chunk === null || isAnswerBegun) return chunk;
    head = Buffer.concat([head, chunk]);
    while (start.startsWith(head.toString("latin1", 0, start.length))) {
      const end = head.subarray(0, longestHead).indexOf("\r\n\r\n");
      if (end < 0 && head.length >= longestHead) break;
      if (end < 0) return socket.read(size);
      head = head.subarray(end + 4);
    }
    const answer = head;
    head = Buffer.alloc(0);
    writtenBefore = socket.bytesWritten;
    return answer;
  };
}

const start = "HTTP/1.1 100";
const longestHead = 16 * 1024;

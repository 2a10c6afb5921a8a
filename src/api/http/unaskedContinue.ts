import type { Socket } from "node:net";

/**
 * Removes a `100 Continue` in front of a response. A server may send one unasked (RFC 9110, 15.2), but undici destroys the connection then
 * (`onHeadersComplete` in its client-h1.js), and an assign would be in doubt. undici reads what has come with `read`, and writes a
 * request only when the response to the one before is complete.
 */
export function dropUnaskedContinue(socket: Socket): void {
  const read = socket.read;
  let head = Buffer.alloc(0);
  let writtenBefore = 0;
  socket.read = (size) => {
    const chunk: Buffer | null = read.call(socket, size);
    const hasResponseBegun = socket.bytesWritten === writtenBefore;
    if (chunk === null || hasResponseBegun) return chunk;
    head = Buffer.concat([head, chunk]);
    while (continueLine.startsWith(head.toString("latin1", 0, continueLine.length))) {
      const end = head.subarray(0, maxHeadBytes).indexOf("\r\n\r\n");
      if (end < 0 && head.length >= maxHeadBytes) break;
      if (end < 0) return socket.read(size);
      head = head.subarray(end + 4);
    }
    const response = head;
    head = Buffer.alloc(0);
    writtenBefore = socket.bytesWritten;
    return response;
  };
}

const continueLine = "HTTP/1.1 100";
const maxHeadBytes = 16 * 1024;

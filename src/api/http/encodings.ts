import { largestAnswerBytes } from "./connections";

/** The text of a body, in whatever encoding it came: none is asked for, but some proxies compress all the same. */
export function textOf(body: Buffer, contentEncoding: string | undefined): string {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  if (body.length === 0 || ["", "identity"].includes(encoding)) return body.toString();
  if (!["br", "gzip", "x-gzip", "deflate"].includes(encoding)) {
    throw new Error(`a body in the Content-Encoding "${encoding}", which was not asked for`);
  }
  const { brotliDecompressSync, unzipSync } = require("node:zlib") as typeof import("node:zlib");
  const decompress = encoding === "br" ? brotliDecompressSync : unzipSync;
  try {
    return decompress(body, { maxOutputLength: largestAnswerBytes }).toString();
  } catch (cause) {
    throw new Error(`a body in the Content-Encoding "${encoding}" that cannot be read (${(cause as Error).message})`, {
      cause,
    });
  }
}

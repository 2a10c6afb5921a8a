import { maxResponseBytes } from "./connectionErrors";

/** The text of a body. Requests ask for no Content-Encoding, but some proxies compress anyway. */
export function decodeBody(body: Buffer, contentEncoding: string | undefined): string {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  if (body.length === 0 || ["", "identity"].includes(encoding)) return body.toString();
  if (!["br", "gzip", "x-gzip", "deflate"].includes(encoding)) {
    throw new Error(`a body with the unsupported Content-Encoding "${encoding}"`);
  }
  // biome-ignore lint/style/noCommonJs: loaded by the first compressed body.
  const { brotliDecompressSync, unzipSync } = require("node:zlib") as typeof import("node:zlib");
  const decompress = encoding === "br" ? brotliDecompressSync : unzipSync;
  try {
    return decompress(body, { maxOutputLength: maxResponseBytes }).toString();
  } catch (cause) {
    throw new Error(
      `a body that cannot be decoded from the Content-Encoding "${encoding}" (${(cause as Error).message})`,
      {
        cause,
      },
    );
  }
}

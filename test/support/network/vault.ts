import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What Pulumi calls a key of HashiCorp Vault. */
export const vaultKey = "hashivault://tests";

/**
 * Stands in for HashiCorp Vault: encrypts and decrypts the key of a stack's secrets for `vaultKey`, in name only. With a passphrase
 * instead, each run of the CLI derives its key in a million rounds, which is half of the CLI's processor time.
 *
 * @returns the environment for the CLI. The server goes with this process, and does not keep it.
 */
export async function startVault(): Promise<Record<string, string>> {
  const prefix = "vault:v1:";
  const server = createServer(async (request, response) => {
    const { plaintext, ciphertext } = JSON.parse(await text(request));
    const isEncryption = request.url?.startsWith("/v1/transit/encrypt/");
    const data = isEncryption ? { ciphertext: prefix + plaintext } : { plaintext: ciphertext.slice(prefix.length) };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { VAULT_SERVER_URL: `http://127.0.0.1:${port}`, VAULT_SERVER_TOKEN: "tests" };
}

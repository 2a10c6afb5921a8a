import { json, startTestServer } from "./testServer";

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
  const server = await startTestServer((response, received) => {
    const { plaintext, ciphertext } = JSON.parse(received.body);
    const isEncryption = received.path.startsWith("/v1/transit/encrypt/");
    const data = isEncryption ? { ciphertext: prefix + plaintext } : { plaintext: ciphertext.slice(prefix.length) };
    json(200, { data })(response, received);
  });
  server.unref();
  return { VAULT_SERVER_URL: server.url, VAULT_SERVER_TOKEN: "tests" };
}

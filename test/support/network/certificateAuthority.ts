import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../../tools/childProcess";

export interface CertificateAuthority {
  /** The authority's certificate, as `NODE_EXTRA_CA_CERTS` takes it. */
  file: string;
  /** What a server of the host needs. */
  server: { key: string; cert: string };
  remove(): void;
}

/** An authority of its own that nobody trusts yet, made anew so that nothing in it can expire, and a server's certificate. */
export async function createCertificateAuthority(host: string): Promise<CertificateAuthority> {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-upcloud-ip-ca-"));
  const read = (file: string) => readFileSync(join(directory, file), "utf8");
  const request = async (name: string, subject: string, more: string[]) => {
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
    const args = ["req", "-x509", ...newKey, "-out", `${name}.pem`, "-days", "2", "-subj", `/CN=${subject}`, ...more];
    await runStep("openssl", args, { cwd: directory, giveUp: AbortSignal.timeout(30_000) });
  };
  await request("authority", "Test authority", []);
  const byAuthority = ["-CA", "authority.pem", "-CAkey", "authority.key"];
  const ofHost = ["-addext", `subjectAltName=DNS:${host}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  await request("server", host, [...byAuthority, ...ofHost]);
  return {
    file: join(directory, "authority.pem"),
    server: { key: read("server.key"), cert: read("server.pem") },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

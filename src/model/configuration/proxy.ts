import { BlockList, isIP } from "node:net";
import type { HttpProxy } from "../../api/http/credentials";
import { ConfigurationError } from "./configurationError";

/*
 * Which proxy the environment names for an address, by the rules of Go, and so of the Pulumi CLI and UpCloud's own clients:
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */

/** `undefined`: requests go to the address directly. */
export function proxyFor(baseUrl: string, env: NodeJS.ProcessEnv): HttpProxy | undefined {
  const { protocol, hostname, port } = new URL(baseUrl);
  const names = protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const variable = names.find((name) => env[name]);
  if (variable === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLoopback(host) || isExcluded(host, port || defaultPorts[protocol], env.NO_PROXY || env.no_proxy || "")) {
    return undefined;
  }
  return readProxy(variable, env[variable] as string);
}

const defaultPorts: Record<string, string> = { "http:": "80", "https:": "443" };

const isLoopback = (host: string) =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && /^127\./.test(host));

function isExcluded(host: string, port: string | undefined, noProxy: string): boolean {
  const entries = noProxy
    .toLowerCase()
    .split(",")
    .map((entry) => entry.trim());
  return entries.some((entry) => {
    if (entry === "" || entry === "*") return entry === "*";
    if (entry.includes("/")) return isInSubnet(host, entry);
    const [, bare = "", onlyPort] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
    if (onlyPort !== undefined && onlyPort !== port) return false;
    // By value: an IPv6 address has several spellings.
    if (isIP(host) !== 0) return isInSubnet(host, `${bare}/${isIP(bare) === 4 ? 32 : 128}`);
    const domain = bare.replace(/^\*?\./, "");
    return host.endsWith(`.${domain}`) || (host === domain && bare === domain);
  });
}

function isInSubnet(host: string, subnet: string): boolean {
  const [, network = "", prefix] = /^(.+)\/(\d+)$/.exec(subnet) ?? [];
  const [family, length] = [isIP(network), Number(prefix)];
  if (family === 0 || isIP(host) !== family || length > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, length, type);
  return list.check(host, type);
}

/** Never quotes the value, which may contain a password. */
function readProxy(variable: string, value: string): HttpProxy {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || !isDecodable(url.username + url.password)) {
    throw new ConfigurationError(
      `Expected the environment variable ${variable} to be the URL of an HTTP proxy, such as http://proxy.example.com:3128, got another value: correct it, or add the host of UpCloud's API to NO_PROXY.`,
    );
  }
  return {
    variable,
    url: url.origin,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

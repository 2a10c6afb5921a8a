import { proxyFor } from "../../../src/model/configuration/proxy";

const upcloud = "https://api.upcloud.com";
const squid = "http://squid.example.com:3128";

test.each<[string, Record<string, string>, string | undefined]>([
  [upcloud, {}, undefined],
  [upcloud, { HTTPS_PROXY: squid }, "HTTPS_PROXY"],
  [upcloud, { https_proxy: squid }, "https_proxy"],
  [upcloud, { HTTPS_PROXY: squid, https_proxy: "http://other" }, "HTTPS_PROXY"],
  [upcloud, { HTTP_PROXY: squid, ALL_PROXY: squid }, undefined],
  [upcloud, { HTTPS_PROXY: "" }, undefined],
  ["http://api.test:8080", { HTTP_PROXY: squid }, "HTTP_PROXY"],
  ["http://api.test:8080", { HTTPS_PROXY: squid }, undefined],
  ["http://localhost:8080", { HTTP_PROXY: squid }, undefined],
  ["http://127.0.0.1:8080", { HTTP_PROXY: squid }, undefined],
  ["http://[::1]:8080", { HTTP_PROXY: squid }, undefined],
])("requests to %s with %j go through the proxy of %s", (baseUrl, env, variable) => {
  expect(proxyFor(baseUrl, env)?.variable).toBe(variable);
});

test.each([
  [upcloud, "*", true],
  [upcloud, "api.upcloud.com", true],
  [upcloud, "example.com, API.UpCloud.com", true],
  [upcloud, "upcloud.com", true],
  [upcloud, ".upcloud.com", true],
  [upcloud, "*.upcloud.com", true],
  [upcloud, "api.upcloud.com:443", true],
  [upcloud, "api.upcloud.com:8443", false],
  [upcloud, "cloud.com", false],
  [upcloud, "upcloud", false],
  [upcloud, ".api.upcloud.com", false],
  [upcloud, "10.0.0.0/8", false],
  ["https://10.1.2.3", "10.0.0.0/8", true],
  ["https://10.1.2.3", "10.1.2.3", true],
  ["https://10.1.2.3", "10.1.2.3:443", true],
  ["https://10.1.2.3", "11.0.0.0/8,10.0.0.0/99", false],
  ["https://10.1.2.3", "10.1.2.3/,192.0.2.0/x", false],
  ["https://[2001:db8::7]", "2001:db8::/32", true],
  ["https://[2001:db8::7]", "2001:db8::7", true],
  ["https://[2001:db8::7]", "2001:0db8:0:0::7", true],
  ["https://[2001:db8::7]", "2001:db8::8", false],
  ["https://[2001:db8::7]:8443", "[2001:db8::7]:8443", true],
])("a request to %s with NO_PROXY=%s goes directly: %s", (baseUrl, noProxy, isDirect) => {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    expect(proxyFor(baseUrl, { HTTPS_PROXY: squid, [name]: noProxy }) === undefined).toBe(isDirect);
  }
});

test("the credentials of the proxy are decoded, and a scheme may be missing", () => {
  expect(proxyFor(upcloud, { HTTPS_PROXY: "me:p%40ss@squid.example.com:3128" })).toEqual({
    variable: "HTTPS_PROXY",
    url: squid,
    username: "me",
    password: "p@ss",
  });
});

test.each(["socks5://me:secret@squid", "http://me:secret@", "http://me:secret%zz@squid"])(
  "%s is refused without its password",
  (value) => {
    const read = () => proxyFor(upcloud, { HTTPS_PROXY: value });
    expect(read).toThrow(/^Expected the environment variable HTTPS_PROXY to be the URL of an HTTP proxy/);
    expect(read).not.toThrow(/secret/);
  },
);

/** The page at `/`: servers and requests. It polls this simulator twice a second, and loads nothing from elsewhere. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:">
<link rel="icon" href="data:,">
<title>UpCloud simulator</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1.5rem; }
  h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  p.sub, .quiet { opacity: .7; margin: 0; }
  section.server { border: 1px solid var(--line); border-radius: .5rem; margin: .75rem 0; padding: .75rem 1rem; }
  section.server header { align-items: baseline; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
  section.server h3 { font-size: 1rem; margin: 0; }
  .state { border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem; padding: 0 .6rem; }
  .state.started { background: #1a7f3726; } .state.error { background: #cf222e33; } .state.maintenance { background: #bf870033; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: .5rem; width: 100%; }
  th, td { border-top: 1px solid var(--line); overflow-wrap: anywhere; padding: .2rem .75rem .2rem 0; text-align: left; vertical-align: top; }
  th { border: 0; font-size: .85rem; font-weight: 600; opacity: .7; }
  td.bad { color: #cf222e; font-weight: 600; }
  code { font: .9em ui-monospace, monospace; }
</style>
</head>
<body>
<h1>UpCloud simulator</h1>
<p class="sub" id="status" role="status">Loading …</p>
<h2>Servers</h2>
<div id="servers"></div>
<h2>Requests</h2>
<table><thead><tr><th>Time</th><th>Method</th><th>Path</th><th>Status</th></tr></thead><tbody id="requests"></tbody></table>
<script>
"use strict";
const byId = (id) => document.getElementById(id);
const element = (name, text, className) => {
  const created = document.createElement(name);
  created.textContent = text ?? "";
  if (className) created.className = className;
  return created;
};
const row = (...cells) => {
  const tableRow = element("tr");
  tableRow.append(...cells.map((cell) => (typeof cell === "string" ? element("td", cell) : cell)));
  return tableRow;
};
const network = (a) => [a.access, a.partOfPlan && "in the plan", a.floating && "floating"].filter(Boolean).join(", ");
const addressTable = (addresses) => {
  const table = element("table");
  const head = table.createTHead().insertRow();
  head.append(...["Address", "Family", "Network", "PTR record"].map((title) => element("th", title)));
  table.createTBody().append(...addresses.map((a) => {
    const address = element("td");
    address.append(element("code", a.address));
    return row(address, a.family, network(a), a.ptrRecord || "–");
  }));
  return table;
};
const serverSection = (server) => {
  const section = element("section", "", "server");
  const header = element("header");
  header.append(element("h3", server.title), element("span", server.state, "state " + server.state),
    element("span", server.zone), element("code", server.uuid, "quiet"));
  section.append(header, addressTable(server.ipAddresses));
  return section;
};
const requestRow = (request) => row((request.atMs / 1000).toFixed(3) + " s", request.method, request.path,
  element("td", request.status ? String(request.status) : "no answer", request.status >= 200 && request.status < 400 ? "" : "bad"));
let shown = "";
const refresh = async () => {
  try {
    const [account, requests] = await Promise.all(
      ["account", "requests?last=200"].map(async (what) => (await fetch("/__simulator/" + what)).json()));
    const now = JSON.stringify([account, requests]);
    if (now !== shown) {
      shown = now;
      const sections = account.servers.map(serverSection);
      if (account.detached.length) {
        const section = element("section", "", "server");
        section.append(element("h3", "Not attached"), addressTable(account.detached));
        sections.push(section);
      }
      byId("servers").replaceChildren(...sections);
      byId("requests").replaceChildren(...requests.reverse().map(requestRow));
    }
    byId("status").textContent = account.servers.length + " servers, " + account.credits + " credits. This page refreshes automatically.";
  } catch {
    byId("status").textContent = "The simulator is not responding.";
  }
  setTimeout(refresh, 500);
};
refresh();
</script>
</body>
</html>
`;

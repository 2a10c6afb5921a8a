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
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --bad: #b3261e; --odd: #8a5300; --good: #1a7f37; --new: #fff3c4; }
  @media (prefers-color-scheme: dark) { :root { --bad: #ff9a93; --odd: #f0b94d; --good: #6fdc8c; --new: #4a3d10; } }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1.5rem; }
  h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  p.sub, .quiet { opacity: .75; margin: 0; }
  section.server { border: 1px solid var(--line); border-radius: .5rem; margin: .75rem 0; padding: .75rem 1rem; }
  section.server header { align-items: baseline; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
  section.server h3 { font-size: 1rem; margin: 0; }
  .state { border: 1px solid currentColor; border-radius: 1rem; font-size: .85rem; padding: 0 .6rem; }
  .state.started, .good { color: var(--good); } .state.error, .bad { color: var(--bad); } .state.maintenance, .odd { color: var(--odd); }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: .5rem; width: 100%; }
  /* Identifiers break at their separators (<wbr>), and within a part only where that alone is wider than the page. */
  th, td { border-top: 1px solid var(--line); overflow-wrap: break-word; padding: .2rem .75rem .2rem 0; text-align: left; vertical-align: top; }
  th { border: 0; font-size: .85rem; font-weight: 600; opacity: .75; }
  tr.bad td:last-child, tr.odd td:last-child { font-weight: 600; }
  tr.recent { background: var(--new); } tr.released code { text-decoration: line-through; }
  td.age, td.fixed, td.change { white-space: nowrap; }
  @media (min-width: 60rem) { td code wbr { display: none; } }
  code { font: .9em ui-monospace, monospace; }
  @media (max-width: 45rem) {
    body { padding: .75rem; } section.server { padding: .5rem .75rem; }
    table, tbody, tr { display: block; } thead { display: none; }
    tr { border-top: 1px solid var(--line); padding: .3rem 0; } td { border: 0; display: inline-block; max-width: 100%; padding: 0 .6rem 0 0; }
    td.wide { display: block; } td:empty, span.off:empty { display: none; } tr.recent { padding: .3rem; }
    #requests tr { display: flex; flex-wrap: wrap; } #requests td.wide { flex-basis: 100%; order: 1; }
  }
</style>
</head>
<body>
<h1>UpCloud simulator</h1>
<p class="sub" id="status" role="status">Loading …</p>
<h2>Servers</h2>
<div id="servers"></div>
<h2>Requests</h2>
<table><thead><tr><th>Since</th><th>Method</th><th>Path</th><th>Status</th></tr></thead><tbody id="requests"></tbody></table>
<script>
"use strict";
const byId = (id) => document.getElementById(id);
const element = (name, text, className) => {
  const created = document.createElement(name);
  created.textContent = text ?? "";
  if (className) created.className = className;
  return created;
};
// An identifier may break after its separators.
const breakable = (name, text, className) => {
  const created = element(name, "", className);
  created.append(...text.split(/(?<=[.:/?&=_])/).flatMap((part) => [part, document.createElement("wbr")]));
  return created;
};
const row = (className, ...cells) => {
  const tableRow = element("tr", "", className);
  tableRow.append(...cells);
  return tableRow;
};
const duration = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + (s % 60) + " s";
  return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
};
// Kept up to date without a new table, so that text stays selected.
const timer = (sinceMs, words) => {
  const created = element("time");
  Object.assign(created.dataset, { since: sinceMs, words });
  return created;
};
const tick = (nowMs) => {
  for (const one of document.querySelectorAll("time")) {
    const age = nowMs - one.dataset.since;
    one.textContent = one.dataset.words.replace("#", duration(age));
    one.closest("tr.changed")?.classList.toggle("recent", age < 15000);
  }
};
const network = (a) => [a.access, a.partOfPlan && "in the plan", a.floating && "floating"].filter(Boolean).join(", ");
const addressRow = (a) => {
  const address = element("td", "", "wide");
  address.append(breakable("code", a.address));
  const change = element("td", "", "change");
  if (a.change) change.append(timer(a.change.atMs, a.change.what + " # ago"));
  return row(a.change ? "changed " + (a.change.what === "released" ? "released" : "") : "", address, element("td", a.family, "fixed"),
    element("td", network(a), "fixed"), breakable("td", a.ptrRecord || "–", "wide"), change);
};
const addressTable = (addresses) => {
  const table = element("table");
  const head = table.createTHead().insertRow();
  head.append(...["Address", "Family", "Network", "PTR record", "Last request"].map((title) => element("th", title)));
  table.createTBody().append(...addresses.map(addressRow));
  return table;
};
const offTime = ({ offSinceMs, lastOffMs }) => {
  const created = element("span", lastOffMs === undefined ? "" : "was off for " + duration(lastOffMs), "off");
  if (offSinceMs !== undefined) created.replaceChildren(timer(offSinceMs, "off for #"));
  return created;
};
const serverSection = (server) => {
  const section = element("section", "", "server");
  const header = element("header");
  header.append(element("h3", server.title), element("span", server.state, "state " + server.state), offTime(server),
    element("span", server.zone), element("code", server.uuid, "quiet"));
  section.append(header, addressTable(server.ipAddresses));
  return section;
};
const requestRow = (request) => {
  const since = element("td", "", "age");
  since.title = "at " + (request.atMs / 1000).toFixed(3) + " s on the simulator's clock";
  since.append(timer(request.atMs, "# ago"));
  const status = request.status ? request.status + (request.errorCode ? " " + request.errorCode : "") : "no answer";
  const colour = !request.status ? "odd" : request.status >= 400 ? "bad" : "good";
  return row(colour === "good" ? "" : colour, since, element("td", request.method, "fixed"), breakable("td", request.path, "wide"),
    breakable("td", status, colour));
};
let shown = "";
const refresh = async () => {
  try {
    const [{ nowMs, ...account }, requests] = await Promise.all(
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
    tick(nowMs);
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

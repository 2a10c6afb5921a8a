/** Targets of the links and images that stay in the repository, in order, without those in code. */
export function linksIn(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = text.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g);
  const defined = text.matchAll(/^\[[^\]]+\]:\s+(\S+)$/gm);
  return [...inline, ...defined].map(([, target]) => target ?? "").filter((target) => !/^([a-z]+:|\/\/)/i.test(target));
}

/** The anchors of the headings, as GitHub makes them. */
export function anchorsIn(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(markdown).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)].map(([, heading = ""]) => {
    const anchor = slug(heading);
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

const slug = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");

const withoutFences = (markdown: string) => markdown.replace(/^ *(```+|~~~+)[^\n]*\n.*?^ *\1 *$/gms, "");

const withoutCode = (markdown: string) => withoutFences(markdown).replace(/(`+)[^`].*?\1/g, "");

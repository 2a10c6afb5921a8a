/** An SVG picture of lines as a terminal shows them, with their colours. */
export function terminalPicture(lines: readonly string[]): string {
  const height = lines.length * lineHeight + 2 * margin;
  const width = Math.max(...lines.map((line) => withoutColours(line).length)) * characterWidth + 2 * margin;
  const texts = lines.map((line, index) => {
    const y = margin + (index + 0.75) * lineHeight;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" width="${Math.ceil(width)}" height="${height}" role="img">`,
    `<title>${escaped(withoutColours(lines[0] ?? ""))}</title>`,
    "<style>text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d0d7de }</style>",
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...texts,
    "</svg>",
  ].join("\n")}\n`;
}

export const withoutColours = (line: string) => line.replace(codes, "");

const margin = 16;
const lineHeight = 19;
/** The width of the widest of the fonts. */
const characterWidth = 8;

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are encoded like this.
const codes = /\u001b\[([\d;]*)m/g;

interface Style {
  colour?: string | undefined;
  isBold?: boolean;
}

function spans(line: string): string {
  let style: Style = {};
  // Text and codes alternate.
  return line
    .split(codes)
    .map((part, index) => {
      if (index % 2 === 0) return part === "" ? "" : span(part, style);
      style = styleAfter(style, part.split(";").map(Number));
      return "";
    })
    .join("");
}

function span(text: string, { colour, isBold }: Style): string {
  const attributes = `${colour ? ` fill="${colour}"` : ""}${isBold ? ' font-weight="bold"' : ""}`;
  return attributes === "" ? escaped(text) : `<tspan${attributes}>${escaped(text)}</tspan>`;
}

/** The codes that Pulumi uses: reset, bold, and a colour of 16 or of 256. */
function styleAfter(style: Style, [code = 0, kind, number]: number[]): Style {
  if (code === 1) return { ...style, isBold: true };
  if (code >= 30 && code <= 37) return { ...style, colour: colours[code - 30] };
  if (code >= 90 && code <= 97) return { ...style, colour: colours[code - 90 + 8] };
  if (code === 38 && kind === 5 && number !== undefined) return { ...style, colour: colours[number] ?? colours[13] };
  return code === 0 ? {} : style;
}

/** The sixteen colours of a terminal, for a dark background. */
const colours = [
  ...["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"],
  ...["#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff"],
];

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string) => text.replace(/[&<>]/g, (character) => entities[character] ?? character);

/**
 * The text with control characters as escapes, such as `\u001b`: neither UpCloud's message nor a value may move the cursor,
 * color the terminal, break a line or change the direction of the text that follows.
 */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);

const escapeCharacter = (character: string) =>
  Array.from({ length: character.length }, (_, unit) => {
    const code = character.charCodeAt(unit);
    return shortEscapes[code] ?? `\\u${code.toString(16).padStart(4, "0")}`;
  }).join("");

const shortEscapes: Record<number, string> = { 9: "\\t", 10: "\\n", 13: "\\r" };

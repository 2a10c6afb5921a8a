/**
 * The text with control characters as escapes, such as `\u001b`: neither UpCloud's words nor a value may move the cursor,
 * colour the terminal, break a line or turn the direction of what follows.
 */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);

const escaped = (character: string) =>
  Array.from({ length: character.length }, (_, unit) => {
    const code = character.charCodeAt(unit);
    return named[code] ?? `\\u${code.toString(16).padStart(4, "0")}`;
  }).join("");

const named: Record<number, string> = { 9: "\\t", 10: "\\n", 13: "\\r" };

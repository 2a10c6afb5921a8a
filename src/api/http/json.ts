/** Parses JSON. The error quotes nothing of the text: an excerpt may hold a part of a secret, which no search would find. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError((error as Error).message.replace(/".*"/s, '"…"'));
  }
}

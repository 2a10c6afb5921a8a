export function isMac(text: string): boolean {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text);
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Whether the text has the form of a zone, such as `fi-hel1`. */
export function isZone(text: string): boolean {
  return /^[a-z]{2}-[a-z]{3}[0-9]{1,2}$/.test(text);
}

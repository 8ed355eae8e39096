const ENCODER = new TextEncoder();

/** Bytes of the text in UTF-8: what limits of services count, where `length` counts UTF-16 units. */
export const utf8Length = (text: string): number => ENCODER.encode(text).length;

/** The longest beginning of the text that fits into `maxBytes` of UTF-8 and splits no character. */
export function utf8Prefix(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const { read } = ENCODER.encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** Bytes of the value as JSON in UTF-8; 0 for what JSON cannot hold. */
export const jsonBytes = (value: unknown): number => utf8Length(JSON.stringify(value) ?? "");

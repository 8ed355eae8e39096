/** Undefined when the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values of a JSON array, the one value of another JSON text, or one value a line. */
export function jsonItems({ json, text }: { json: unknown; text: string }): unknown[] {
  if (Array.isArray(json)) return json;
  if (json !== undefined) return [json];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map(jsonOf);
}

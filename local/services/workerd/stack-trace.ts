import { SourceMap } from "node:module";

/** Leads the places of a stack trace, such as `index.js:77015:12`, back to the sources. */
export function sourceMapped(map: string): (text: string) => string {
  let parsed: SourceMap | undefined;
  return (text) =>
    text.replaceAll(/\bindex\.js:(\d+):(\d+)/g, (place, line, column) => {
      parsed ??= new SourceMap(JSON.parse(map));
      const found = parsed.findEntry(Number(line) - 1, Number(column) - 1);
      return "originalSource" in found
        ? `${found.originalSource}:${found.originalLine + 1}:${found.originalColumn + 1}`
        : place;
    });
}

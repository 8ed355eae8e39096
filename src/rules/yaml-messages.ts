import type { YAMLError } from "yaml";

/** What the YAML reader finds, in the words of people who write rules. */
const MESSAGES: Partial<Record<YAMLError["code"], string>> = {
  ALIAS_PROPS: "an alias (*name) takes no tag or anchor",
  BAD_ALIAS: "this alias (*name) names nothing",
  BAD_COLLECTION_TYPE: "this tag does not fit what follows it",
  BAD_DIRECTIVE: "this line begins with %, and no rules file needs that",
  BAD_DQ_ESCAPE: 'a backslash within "…" begins an escape that does not exist: write \\\\ for one',
  BAD_INDENT: "this line is indented by too few or too many spaces",
  BAD_PROP_ORDER: "a tag or an anchor stands in the wrong place",
  BAD_SCALAR_START: "a value cannot begin with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a colon and a space begin another value here: put the text in quotes",
  BLOCK_IN_FLOW: "within { } and [ ] a value stands on one line: put it in quotes",
  DUPLICATE_KEY: "this field stands there twice",
  KEY_OVER_1024_CHARS: "a field's name is longer than 1,024 characters",
  MISSING_CHAR: "a quote, a bracket, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY: "a field's name stands on one line, with a colon after it",
  MULTIPLE_ANCHORS: "there are two anchors where one can be",
  MULTIPLE_DOCS: "a rules file is one document: there is a second one after ---",
  MULTIPLE_TAGS: "there are two tags where one can be",
  NON_STRING_KEY: "a field's name must be text",
  TAB_AS_INDENT: "lines are indented with spaces, not with tabs",
  TAG_RESOLVE_FAILED: "this tag is not taken",
  UNEXPECTED_TOKEN:
    "did not expect this here: a text with : # { } [ ] , & * ! | > or % needs quotes",
};

const MISSING_BRACKET = "a closing bracket ] or } is missing, or stands too far to the left";

export const plainMessage = ({ code, message }: Pick<YAMLError, "code" | "message">): string =>
  /^Flow (?:map|sequence) in block collection/.test(message)
    ? MISSING_BRACKET
    : (MESSAGES[code] ?? "this cannot be read as YAML");

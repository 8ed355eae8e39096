/**
 * Checks commit messages against the rules in CONTRIBUTING.md: all commits since the rules were
 * adopted, those after `BASE`, or the one message in a file (as a commit-msg hook).
 *
 *   node scripts/bootstrap.mjs .ci/commit-messages.ts [BASE | --file FILE]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The last commit that was written before the rules. */
const ADOPTED_AFTER = "1ec33efcd6";
const MAX_SUBJECT = 72;

/** Verbs that look like another form of a verb. */
const IMPERATIVE =
  /^(access|address|bring|compress|discuss|dismiss|embed|exceed|express|feed|focus|guess|miss|need|pass|press|proceed|process|seed|shed|speed|spread|suppress|bypass|string|wring|ping|sing|swing|cross|harness|assess|possess|stress|discus|bless)$/i;

/** What is wrong with one message; nothing when it is good. */
export function messageProblems(message: string): string[] {
  const lines = message.split("\n").filter((line) => !line.startsWith("#"));
  const subject = lines[0] ?? "";
  if (/^(Merge|Revert|fixup!|squash!) ?/.test(subject)) return [];
  const problems: string[] = [];
  if (subject.length > MAX_SUBJECT)
    problems.push(`the subject has ${subject.length} characters, at most ${MAX_SUBJECT} fit`);
  if (/[.;]$/.test(subject)) problems.push("the subject ends with a full stop");
  if (subject.includes(";")) problems.push("the subject names two ideas: make two commits");
  const words = subject.replace(/^[\w./-]+(?:, [\w./-]+)*: /, "");
  const verb = /^[A-Za-z]+/.exec(words)?.[0] ?? "";
  if (/(ed|ing|[^s]s)$/i.test(verb) && !IMPERATIVE.test(verb))
    problems.push(`the subject begins with "${verb}": write it as an order ("Add", "Fix")`);
  if ((lines[1] ?? "").trim() !== "") problems.push("the second line is not empty");
  if (lines.slice(2).every((line) => line.trim() === ""))
    problems.push("there is no body that says why");
  return problems;
}

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** The messages after `base`; the last one alone when the history does not reach that far back. */
function messagesSince(base: string): string[] {
  const isKnown = () => {
    try {
      git("merge-base", "--is-ancestor", base, "HEAD");
      return true;
    } catch {
      return false;
    }
  };
  const range = isKnown() ? [`${base}..HEAD`] : ["-1"];
  return git("log", "--no-merges", "--format=%h%n%B%x00", ...range)
    .split("\0")
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

function main(argv: string[]): number {
  const file = argv[0] === "--file" ? argv[1] : undefined;
  const messages =
    file === undefined
      ? messagesSince(argv[0] ?? ADOPTED_AFTER)
      : [`message\n${readFileSync(file, "utf8").trim()}`];
  let bad = 0;
  for (const text of messages) {
    const [name = "", ...lines] = text.split("\n");
    for (const problem of messageProblems(lines.join("\n"))) {
      console.error(`${name} ${lines[0]}: ${problem}`);
      bad += 1;
    }
  }
  console.log(`${messages.length} commit messages, ${bad} problems`);
  return bad === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));

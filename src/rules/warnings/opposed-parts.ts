import type { ExpressionNode } from "../language/syntax.ts";
import type { ExpressionFault } from "../language/traps.ts";
import { chainOf, linksOf, meaningOf } from "./meaning.ts";

/**
 * Parts of an `and` of which one denies the other, whatever they compare:
 * `mentions > copies and mentions < copies`, `symbol ~= "A" and not (symbol ~= "A")`. Give it each
 * node that is no part of a longer `and`.
 */
export function opposedParts(node: ExpressionNode, text: string): ExpressionFault[] {
  if (node.kind !== "and") return [];
  const said = new Map<string, { outcomes: number; node: ExpressionNode }>();
  for (const part of chainOf(node, "and")) {
    for (const { subject, outcomes } of claimsOf(part)) {
      const earlier = said.get(subject);
      const left = (earlier?.outcomes ?? ALL) & outcomes;
      if (earlier && left === 0) {
        const parts = [earlier.node, part].map(({ at }) => text.slice(...at));
        return [{ message: `${parts.join(" and ")} never hold together`, at: node.at }];
      }
      said.set(subject, { outcomes: left, node: earlier?.node ?? part });
    }
  }
  return [];
}

/** What a part says of a subject: a set of outcomes, as bits. */
type Claim = { subject: string; outcomes: number };

const [LESS, EQUAL, MORE, ALL] = [1, 2, 4, 7];
const OUTCOMES: Readonly<Record<string, number>> = {
  "<": LESS,
  "<=": LESS | EQUAL,
  "==": EQUAL,
  "!=": LESS | MORE,
  ">=": MORE | EQUAL,
  ">": MORE,
};
/** Of what has no order: it holds, or does not. */
const [HOLDS, FAILS] = [1, 6];

function claimsOf(node: ExpressionNode): Claim[] {
  if (node.kind === "not") {
    const [claim, ...more] = claimsOf(node.value);
    return claim && more.length === 0
      ? [{ ...claim, outcomes: ALL & ~claim.outcomes }]
      : [{ subject: meaningOf(node.value), outcomes: FAILS }];
  }
  if (node.kind === "in" && node.negated)
    return [{ subject: meaningOf({ ...node, negated: false }), outcomes: FAILS }];
  if (node.kind === "in" && node.right.kind === "name")
    return [
      { subject: meaningOf(node), outcomes: HOLDS },
      // What holds a word is not empty.
      { subject: `call empty(${meaningOf(node.right)})`, outcomes: FAILS },
    ];
  if (node.kind !== "relation") return [{ subject: meaningOf(node), outcomes: HOLDS }];
  return linksOf(node).map(({ left, operator, right }) => {
    const outcomes = OUTCOMES[operator];
    return outcomes === undefined
      ? { subject: `${left} ${operator} ${right}`, outcomes: HOLDS }
      : { subject: `${left} beside ${right}`, outcomes };
  });
}

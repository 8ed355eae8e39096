import type { PlainRule } from "./book.ts";

export const conditionText = ({ tests, joint }: PlainRule): string =>
  tests
    .map(({ fact, operator, value }) => `${fact} ${operator} ${JSON.stringify(value)}`)
    .join(` ${joint} `);

/** The rules as a rules file; JSON is YAML. */
export const filtrexText = (rules: PlainRule[]): string =>
  JSON.stringify(
    {
      version: "1",
      groups: [
        {
          name: "all",
          rules: rules.map((rule) => ({
            name: rule.name,
            condition: conditionText(rule),
            score: rule.score,
            reason: rule.name,
          })),
        },
      ],
    },
    null,
    1,
  );

/** What examples refer to. The test that sends the examples stores these first. */
export const EXAMPLE_EVENT = "eth:DEMO:2026-01-15T10:00:00Z";
export const EXAMPLE_RULES = `version: "1.0"
groups:
  - name: talk
    rules:
      - { name: seen, condition: mentions > 0, score: 1, reason: "Posts mention it" }
scoring:
  thresholds: { opportunity: 15, caution: -5 }
states:
  verified: score >= 10
  downgraded: score < -5
notify: { min_score: 10, on: [verified] }
`;
/** An update of Telegram that asks for nothing. */
export const EXAMPLE_UPDATE = JSON.stringify({
  update_id: 900000001,
  message: { message_id: 55, chat: { id: 222222222 }, text: "hello" },
});
export const EXAMPLE_ROUTES = `version: "1.0"
route:
  routes:
    - { name: alarms, match: state == "downgraded" }
`;
/** A version of the rules, as GET /rules/versions lists them. */
export const EXAMPLE_SHA = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

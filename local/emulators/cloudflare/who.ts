import { bodyOf, type CloudCall, type CloudRoute, done, page, refuse } from "./reply.ts";

const shownAccount = ({ account }: CloudCall) => ({
  id: account.id,
  name: account.name,
  type: "standard",
});

/** Calls outside of one account: who asks, and for which accounts. */
export const USER_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: "/user/tokens/verify",
    answer: () => done({ id: "token", status: "active" }),
  },
  {
    method: "GET",
    path: "/user",
    answer: ({ account }) => done({ id: "ada", email: account.email }),
  },
  { method: "GET", path: "/accounts", answer: (call) => page([shownAccount(call)], call.query) },
  {
    method: "GET",
    path: "/memberships",
    answer: (call) => page([{ id: "ada", account: shownAccount(call) }], call.query),
  },
];

const NO_BILLING = refuse(403, 10000, "Authentication error");

/** What the account has: its plan, its name under workers.dev, Analytics Engine. */
export const ACCOUNT_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: "/subscriptions",
    answer({ account }) {
      if (!account.readsBilling) return NO_BILLING;
      return done(
        account.plan === "paid"
          ? [{ id: "s1", state: "Paid", rate_plan: { id: "workers_paid", scope: "account" } }]
          : [],
      );
    },
  },
  {
    method: "GET",
    path: "/workers/subdomain",
    answer: ({ account: { subdomain } }) =>
      subdomain === null
        ? refuse(404, 10007, "You do not have a workers.dev subdomain.")
        : done({ subdomain }),
  },
  {
    method: "PUT",
    path: "/workers/subdomain",
    answer(call) {
      call.account.subdomain = String(bodyOf(call).subdomain);
      return done({ subdomain: call.account.subdomain });
    },
  },
  {
    method: "GET",
    path: "/workers/durable_objects/namespaces",
    answer: ({ account, query }) =>
      page(
        [...account.objects].map(([id, each]) => ({
          id,
          name: `${each.script}_${each.class}`,
          script: each.script,
          class: each.class,
          use_sqlite: each.useSqlite,
        })),
        query,
      ),
  },
  {
    method: "POST",
    path: "/analytics_engine/sql",
    answer: ({ account }) =>
      account.analyticsEngine
        ? { status: 200, result: null, raw: JSON.stringify({ meta: [], data: [], rows: 0 }) }
        : { status: 403, result: null, raw: "Forbidden" },
  },
];

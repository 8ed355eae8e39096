import { randomBytes } from "node:crypto";
import { bodyOf, type CloudCall, type CloudRoute, done, page, refuse } from "./reply.ts";

const NAMESPACES = "/storage/kv/namespaces";

function create(call: CloudCall) {
  const { title } = bodyOf(call);
  if (typeof title !== "string" || title === "")
    return refuse(400, 10019, "malformed namespace title");
  if ([...call.account.namespaces.values()].includes(title))
    return refuse(
      400,
      10014,
      "create namespace: 'a namespace with this account ID and title already exists'",
    );
  const id = randomBytes(16).toString("hex");
  call.account.namespaces.set(id, title);
  return done({ id, title, supports_url_encoding: true });
}

function remove({ account, params }: CloudCall) {
  const id = params.namespace ?? "";
  return account.namespaces.delete(id)
    ? done()
    : refuse(404, 10013, "remove namespace: 'namespace not found'");
}

/** Workers KV, as far as a deployment needs it: the namespaces, not their keys. */
export const NAMESPACE_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: NAMESPACES,
    answer: ({ account, query }) =>
      page(
        [...account.namespaces].map(([id, title]) => ({ id, title })),
        query,
      ),
  },
  { method: "POST", path: NAMESPACES, answer: create },
  { method: "DELETE", path: `${NAMESPACES}/:namespace`, answer: remove },
];

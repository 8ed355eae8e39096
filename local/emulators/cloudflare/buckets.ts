import { bodyOf, type CloudRoute, done, refuse } from "./reply.ts";

const BUCKETS = "/r2/buckets";
const BUCKET = `${BUCKETS}/:bucket`;
const NO_BUCKET = refuse(404, 10006, "The specified bucket does not exist.");

/** R2, as far as a deployment needs it: the buckets, not what is in them. */
export const BUCKET_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: BUCKET,
    answer: ({ account, params: { bucket = "" } }) =>
      account.buckets.has(bucket) ? done({ name: bucket }) : NO_BUCKET,
  },
  {
    method: "POST",
    path: BUCKETS,
    answer(call) {
      const { name } = bodyOf(call);
      if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name))
        return refuse(400, 10005, "The specified bucket name is not valid.");
      if (call.account.buckets.has(name))
        return refuse(409, 10004, "The bucket you tried to create already exists, and you own it.");
      call.account.buckets.add(name);
      return done({ name });
    },
  },
];

import type { Command } from "../command.ts";
import { byVerb } from "../verbs.ts";
import { check } from "./routes/check.ts";
import { list, push, rollback, show } from "./routes/live.ts";
import { test } from "./routes/test.ts";

const USAGE = `stream routes check [FILE] [--strict] [--set NAME=VALUE]
    check the file: each problem with line, column and what to write; the names of channels are
    checked when a server answers. --strict fails on warnings
stream routes test --event EVENT_KEY [--file FILE] [--at TIME]
    show where a stored signal would go, and why
stream routes test --symbol PEPE --score 12 --state verified [--fact NAME=VALUE] [--file FILE]
    the same for a signal of given facts; also --chain, --type, --level
stream routes push [FILE] [--empty]
    check the file and make it live; --empty sends one without routes, which ends the routing
stream routes [list]
    list the versions, the latest first
stream routes show
    print the routes in force
stream routes rollback SHA
    make an earlier version live again

FILE is rules/routes.yml by default; - reads stdin. The language: docs/routes.md.

  npm run -s stream -- routes test --symbol PEPE --score 12 --fact goplus_risk=red`;

export const routes: Command = {
  name: "routes",
  summary: "check, test and push the routes: which channels are notified of what",
  usage: USAGE,
  run: byVerb("routes", { check, test, push, list, show, rollback }, "list"),
};

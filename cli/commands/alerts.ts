import type { Command } from "../command.ts";
import { byVerb } from "../verbs.ts";
import { checkAlerts, pushAlerts } from "./alerts/check.ts";
import { listAlerts, listFacts } from "./alerts/list.ts";
import { endSilence, silence } from "./alerts/silence.ts";
import { testAlerts } from "./alerts/test.ts";

const USAGE = `stream alerts [list]
stream alerts facts
stream alerts check [FILE]
stream alerts test [FILE] [--fact NAME=VALUE]... [--facts FILE] [--until SPAN]
stream alerts push [FILE]
stream alerts silence [ALERT] --for SPAN [--subject NAME] [--severity S] [--label N=V]...
                      [--comment TEXT]
stream alerts unsilence ID

Alerts on the pipeline itself (docs/alerts.md). FILE is rules/alerts.yml when it is left out, and -
is stdin.

  list        what is pending or firing, since when, and what keeps it quiet
  facts       what conditions may name, as it was at the last evaluation
  check       reads a file and says what is wrong with it, with line, field and mend
  test        what would fire, with facts that stay as given (--fact, for each subject
              SUBJECT:NAME=VALUE), or with a YAML file of facts over time (--facts), until
              every "for" has passed or --until
  push        checks a file, and puts it in force
  silence     keeps quiet what it names, for 30m, 4h, 2d; without ALERT and conditions, everything
  unsilence   ends a silence; list shows the ids

  npm run -s stream -- alerts test --fact dead_letters=3 --fact goplus:provider_breaker_open=1
  npm run -s stream -- alerts silence ProviderBreakerOpen --subject goplus --for 4h`;

export const alerts: Command = {
  name: "alerts",
  summary: "alerts on the pipeline: what fires, check and try a file, silences",
  usage: USAGE,
  run: byVerb(
    "alerts",
    {
      list: listAlerts,
      facts: listFacts,
      check: checkAlerts,
      test: testAlerts,
      push: pushAlerts,
      silence,
      unsilence: endSilence,
    },
    "list",
  ),
};

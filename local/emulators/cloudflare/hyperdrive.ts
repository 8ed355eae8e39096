import { type CloudRoute, done, refuse } from "./reply.ts";

/** Hyperdrive, as far as a deployment looks at it: a configuration, without its password. */
export const HYPERDRIVE_ROUTES: readonly CloudRoute[] = [
  {
    method: "GET",
    path: "/hyperdrive/configs/:config",
    answer({ account, params }) {
      const config = account.hyperdrives.get(params.config ?? "");
      return config === undefined
        ? refuse(404, 2003, "Hyperdrive config not found")
        : done({ id: params.config, ...config });
    },
  },
];

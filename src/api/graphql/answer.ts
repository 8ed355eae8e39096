import {
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  parse,
  validate,
} from "graphql";
import type { WriteLog } from "../../observability/log.ts";
import { StoreUnavailable } from "../../store/index.ts";
import { tooCostly } from "./cost.ts";
import { graphqlSchema } from "./schema.ts";
import { byteMeter, tooCostlyError } from "./spending.ts";

/** Long enough for every query of use, and short enough that no check of it takes long. */
const MAX_TOKENS = 2_000;

export type GraphqlRequest = {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
};

/** `refused`: nothing ran, for reasons of the request. `unavailable`: the database is out. */
export type GraphqlAnswer = {
  kind: "ran" | "refused" | "unavailable";
  result: FormattedExecutionResult;
};

/**
 * Parses, validates, measures and runs one operation over `root`. A fault of ours is logged, and
 * reported without its text.
 */
export async function answerGraphql(
  { query, operationName, variables }: GraphqlRequest,
  root: object,
  log: WriteLog,
): Promise<GraphqlAnswer> {
  const refused = (errors: readonly GraphQLError[]): GraphqlAnswer => ({
    kind: "refused",
    result: { errors: errors.map((error) => cut(error.toJSON())) },
  });
  let document: ReturnType<typeof parse>;
  try {
    document = parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    return refused([error as GraphQLError]);
  }
  const invalid = validate(graphqlSchema(), document);
  if (invalid.length > 0) return refused(invalid);
  const operation = getOperationAST(document, operationName);
  if (!operation)
    return refused([
      new GraphQLError(
        operationName
          ? `There is no operation ${operationName}.`
          : "Name the operation to run: operationName.",
      ),
    ]);
  const costly = tooCostly(graphqlSchema(), document, operation, variables ?? {});
  if (costly !== undefined) return refused([tooCostlyError(costly)]);
  const meter = byteMeter();
  const result = await execute({
    schema: graphqlSchema(),
    document,
    rootValue: root,
    variableValues: variables,
    operationName,
    fieldResolver: meter.resolver,
  });
  const tooLarge = meter.refusal();
  if (tooLarge !== undefined) return refused([tooLarge]);
  const errors = result.errors?.map((error) => cut(shownError(error, log)));
  const { data } = result;
  // Without data nothing ran: the variables do not fit.
  if (data === undefined) return { kind: "refused", result: { errors: errors ?? [] } };
  const out =
    result.errors?.some(({ originalError }) => originalError instanceof StoreUnavailable) ?? false;
  return { kind: out ? "unavailable" : "ran", result: { data, ...(errors && { errors }) } };
}

/** A message repeats what was sent, which may be large. */
const MAX_MESSAGE = 500;
const cut = (error: GraphQLFormattedError): GraphQLFormattedError => ({
  ...error,
  message: error.message.slice(0, MAX_MESSAGE),
});

function shownError(error: GraphQLError, log: WriteLog): GraphQLFormattedError {
  const { originalError } = error;
  if (originalError === undefined || originalError instanceof GraphQLError) return error.toJSON();
  const known = originalError instanceof StoreUnavailable;
  if (!known)
    log({ stage: "api", level: "error", outcome: "failed", reason: String(originalError) });
  const message = known
    ? "The database is out of reach; ask again."
    : "This should not have happened; the log has the reason.";
  return { ...error.toJSON(), message, extensions: { code: known ? "UNAVAILABLE" : "INTERNAL" } };
}

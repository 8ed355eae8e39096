import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

const MAX_DEPTH = 10;
/** Fields in the answer, if every page came full. */
const MAX_COST = 20_000;
/** What a list without a limit of its own is taken to hold. */
const USUAL_LENGTH = 10;

type Measure = { depth: number; cost: number };
type Known = {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
  seen: Map<string, Measure>;
};

/**
 * Why a valid operation is refused before it runs, or nothing. Needs a validated document:
 * fragments must not go in circles.
 */
export function tooCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Record<string, unknown>,
): string | undefined {
  const root = schema.getRootType(operation.operation);
  if (!root) return `There is no ${operation.operation} here, only queries.`;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  // What is wrong with the variables, the execution says in the words of the specification.
  if (coerced === undefined) return undefined;
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const { depth, cost } = measure(operation.selectionSet, root, {
    schema,
    fragments,
    variables: coerced,
    seen: new Map(),
  });
  if (depth > MAX_DEPTH)
    return `The query is nested ${depth} levels deep; ${MAX_DEPTH} are allowed.`;
  if (cost > MAX_COST)
    return (
      `The query may answer ${cost} fields; ${MAX_COST} are allowed. Ask for fewer fields, ` +
      `or give smaller limits.`
    );
  return undefined;
}

function measure(selected: SelectionSetNode, type: GraphQLCompositeType, known: Known): Measure {
  const parts = selected.selections.map((selection) => {
    if (selection.kind === Kind.FIELD) return ofField(selection, type, known);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value, known);
    return measure(
      selection.selectionSet,
      typeNamed(selection.typeCondition?.name.value, known) ?? type,
      known,
    );
  });
  return {
    depth: Math.max(0, ...parts.map(({ depth }) => depth)),
    cost: parts.reduce((sum, { cost }) => sum + cost, 0),
  };
}

function ofField(field: FieldNode, parent: GraphQLCompositeType, known: Known): Measure {
  const definition = isObjectType(parent) ? parent.getFields()[field.name.value] : undefined;
  // Introspection has a rule of its own in graphql-js.
  if (definition === undefined || field.selectionSet === undefined) return { depth: 1, cost: 1 };
  const type = getNamedType(definition.type);
  const inner = isCompositeType(type)
    ? measure(field.selectionSet, type, known)
    : { depth: 0, cost: 0 };
  return { depth: inner.depth + 1, cost: 1 + times(definition, field, known) * inner.cost };
}

/**
 * A page multiplies what is inside of it by its limit; the list of items within a page does not
 * once more.
 */
function times(
  definition: GraphQLField<unknown, unknown>,
  field: FieldNode,
  { variables }: Known,
): number {
  if (definition.args.some(({ name }) => name === "limit"))
    return Math.max(1, Number(getArgumentValues(definition, field, variables).limit ?? 1));
  return isListType(getNullableType(definition.type)) && definition.name !== "items"
    ? USUAL_LENGTH
    : 1;
}

/** Measured once, or fragments of fragments would take exponential time. */
function ofFragment(name: string, known: Known): Measure {
  const before = known.seen.get(name);
  if (before !== undefined) return before;
  const fragment = known.fragments.get(name);
  const type = typeNamed(fragment?.typeCondition.name.value, known);
  const measured =
    fragment && type ? measure(fragment.selectionSet, type, known) : { depth: 0, cost: 0 };
  known.seen.set(name, measured);
  return measured;
}

function typeNamed(name: string | undefined, { schema }: Known): GraphQLCompositeType | undefined {
  const type = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(type) ? type : undefined;
}

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
/**
 * Work of the answer, if every page came full: a plain field is 1. Measured, a unit costs at most
 * 3 us of CPU, so that a query stays under 200 ms.
 */
const MAX_WORK = 50_000;
/** Of one request, to the database. */
export const MAX_STATEMENTS = 20;
/** What a list without a limit of its own is taken to hold. */
const USUAL_LENGTH = 10;

/** A row is read, parsed and named in snake_case before a field of it is answered. */
const ROW_WORK: Record<string, number> = {
  Event: 10,
  Signal: 25,
  Evidence: 10,
  Delivery: 10,
  Post: 10,
  /** Evaluates every condition of the rules again. */
  Explanation: 350,
};
/** The description of all types, or of one, as far as it may be asked for. */
const INTROSPECTION_WORK: Record<string, number> = { __schema: 10_000, __type: 1_000 };
/** A value of any shape and size is written out as it is. */
const JSON_WORK = 15;

/** Fields that ask the database, by `Type.field`: at most one statement for each place of a query. */
const STATEMENTS = new Set([
  "Query.events",
  "Query.event",
  "Query.signals",
  "Query.signal",
  "Query.post",
  "Query.deliveries",
  "Event.signal",
  "Event.evidence",
  "Event.deliveries",
  "Signal.event",
  "Signal.explain",
  "Step.event",
  "Delivery.event",
]);

/** `statements`: the places of the query that ask the database. Equal fields ask once. */
type Measure = { depth: number; work: number; statements: Set<string> };
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
  const { depth, work, statements } = measure(operation.selectionSet, root, {
    schema,
    fragments,
    variables: coerced,
    seen: new Map(),
  });
  if (depth > MAX_DEPTH)
    return `The query is nested ${depth} levels deep; ${MAX_DEPTH} are allowed.`;
  if (work > MAX_WORK)
    return (
      `The query may ask for ${work} units of work; ${MAX_WORK} are allowed. Ask for fewer ` +
      `fields, ` +
      `or give smaller limits.`
    );
  if (statements.size > MAX_STATEMENTS)
    return (
      `The query may ask the database ${statements.size} times; ${MAX_STATEMENTS} are allowed. ` +
      `Ask for fewer things at once.`
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
    work: parts.reduce((sum, { work }) => sum + work, 0),
    statements: new Set(parts.flatMap(({ statements }) => [...statements])),
  };
}

const NOTHING: Measure = { depth: 0, work: 0, statements: new Set() };

function ofField(field: FieldNode, parent: GraphQLCompositeType, known: Known): Measure {
  const definition = isObjectType(parent) ? parent.getFields()[field.name.value] : undefined;
  // How deep introspection goes is a rule of graphql-js; how often it is asked for is not.
  if (definition === undefined)
    return { ...NOTHING, depth: 1, work: INTROSPECTION_WORK[field.name.value] ?? 1 };
  const type = getNamedType(definition.type);
  const own = ROW_WORK[type.name] ?? 0;
  if (field.selectionSet === undefined || !isCompositeType(type))
    return { ...NOTHING, depth: 1, work: type.name === "JSON" ? JSON_WORK : 1 };
  const inner = measure(field.selectionSet, type, known);
  const place = placeOf(definition, field, known);
  const asks = STATEMENTS.has(`${parent.name}.${field.name.value}`);
  const statements = new Set([...inner.statements].map((each) => `${place}/${each}`));
  if (asks) statements.add(place);
  return {
    depth: inner.depth + 1,
    work: 1 + times(definition, field, known) * (own + inner.work),
    statements,
  };
}

/** The name and the arguments of a field, whatever it is called in the answer. */
function placeOf(
  definition: GraphQLField<unknown, unknown>,
  field: FieldNode,
  { variables }: Known,
): string {
  // One loader reads all that is asked for by key.
  if (definition.name === "event" || definition.name === "signal") return definition.name;
  try {
    return `${definition.name}${JSON.stringify(getArgumentValues(definition, field, variables))}`;
  } catch {
    // The execution says what is wrong with the arguments.
    return definition.name;
  }
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
  const measured = fragment && type ? measure(fragment.selectionSet, type, known) : NOTHING;
  known.seen.set(name, measured);
  return measured;
}

function typeNamed(name: string | undefined, { schema }: Known): GraphQLCompositeType | undefined {
  const type = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(type) ? type : undefined;
}

import { matchWildcard } from '../../core/arn.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';

/** A pattern made ready for many events: alternatives, each with the tests of its fields by path. */
export type ReadyPattern = readonly ReadonlyMap<string, readonly FieldTest[]>[];

type FieldTest =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly accepts: (value: unknown) => boolean };

/** An event cut into its leaves. */
export type ReadyEvent = ReadonlyMap<string, readonly Leaf[]>;

interface Leaf {
  readonly value: unknown;
  /** Which element of which array the leaf is in: one alternative looks at one element of an array only. */
  readonly elements: ReadonlyMap<string, number>;
}

/**
 * Reads an EventBridge pattern, for tests: the part of the language that the compiler uses, as semantics.json has it.
 * Throws on everything else.
 *
 * A field that is named twice, inside and outside of `$or`, has to fit only what stands later: so does event-ruler.
 */
export function readyPattern(pattern: JsonObject): ReadyPattern {
  return readObject(pattern, '', [new Map()]);
}

type Alternative = ReadonlyMap<string, readonly FieldTest[]>;

function readObject(
  pattern: JsonObject,
  path: string,
  before: readonly Alternative[],
): readonly Alternative[] {
  let alternatives = before;
  for (const [key, value] of Object.entries(pattern)) {
    if (key === '$or') {
      if (!Array.isArray(value) || value.length < 2) throw new Error('$or takes two objects or more');
      const base = alternatives;
      alternatives = value.flatMap((branch: unknown) => {
        if (!isJsonObject(branch)) throw new Error('$or takes objects');
        return readObject(branch, path, base);
      });
    } else if (Array.isArray(value)) {
      if (value.length === 0) throw new Error(`no test for ${path}${key}`);
      const tests = value.map(readTest);
      alternatives = alternatives.map((alternative) => new Map([...alternative, [`${path}${key}`, tests]]));
    } else if (isJsonObject(value)) {
      alternatives = readObject(value, `${path}${key}.`, alternatives);
    } else {
      throw new Error(`${path}${key} must be an object or an array`);
    }
  }
  return alternatives;
}

function readTest(test: unknown): FieldTest {
  if (typeof test === 'string') return accept((value) => value === test);
  const [operator, operand] = readOperator(test);
  if (operator === 'exists' && typeof operand === 'boolean')
    return operand ? accept(() => true) : { kind: 'absent' };
  if (operator === 'anything-but') {
    const refused = readRefusal(operand);
    return accept((value) => !refused(value));
  }
  if (operator === 'prefix' && isJsonObject(operand)) {
    const [inAnyCase, begin] = readOperator(operand);
    if (inAnyCase !== 'equals-ignore-case' || typeof begin !== 'string')
      throw new Error(`not known here: ${JSON.stringify(test)}`);
    return accept(
      (value) => typeof value === 'string' && value.toLowerCase().startsWith(begin.toLowerCase()),
    );
  }
  if (typeof operand !== 'string') throw new Error(`not known here: ${JSON.stringify(test)}`);
  return accept(readComparison(operator, operand));
}

function accept(accepts: (value: unknown) => boolean): FieldTest {
  return { kind: 'value', accepts };
}

function readOperator(test: unknown): readonly [string, unknown] {
  const [only, ...others] = isJsonObject(test) ? Object.entries(test) : [];
  if (only === undefined || others.length > 0) throw new Error(`not known here: ${JSON.stringify(test)}`);
  return only;
}

function readRefusal(operand: unknown): (value: unknown) => boolean {
  if (!isJsonObject(operand)) {
    const texts = readTexts(operand);
    return (value) => texts.some((text) => text === value);
  }
  const [operator, texts] = readOperator(operand);
  const comparisons = readTexts(texts).map((text) => readComparison(operator, text));
  return (value) => comparisons.some((compare) => compare(value));
}

function readTexts(operand: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string'))
    throw new Error(`not known here: anything-but ${JSON.stringify(operand)}`);
  return texts;
}

/** Comparisons are of texts: nothing else fits any. */
function readComparison(operator: string, operand: string): (value: unknown) => boolean {
  const compare = COMPARISONS[operator];
  if (compare === undefined) throw new Error(`not known here: the operator ${operator}`);
  if (operator === 'wildcard' && /\*\*|[?\\]/.test(operand))
    throw new Error(`not known here: the wildcard ${operand}`);
  return (value) => typeof value === 'string' && compare(operand, value);
}

const COMPARISONS: Readonly<Record<string, (operand: string, text: string) => boolean>> = {
  prefix: (operand, text) => text.startsWith(operand),
  suffix: (operand, text) => text.endsWith(operand),
  'equals-ignore-case': (operand, text) => text.toLowerCase() === operand.toLowerCase(),
  wildcard: matchWildcard,
};

/** Cuts an event into leaves. Empty objects and empty arrays leave none: EventBridge takes them for absent. */
export function readyEvent(event: JsonObject): ReadyEvent {
  const leaves = new Map<string, Leaf[]>();
  cutValue(event, '', new Map(), leaves);
  return leaves;
}

function cutValue(
  value: unknown,
  path: string,
  elements: ReadonlyMap<string, number>,
  leaves: Map<string, Leaf[]>,
): void {
  if (Array.isArray(value)) {
    const id = `${path}|${[...elements.values()].join(' ')}`;
    value.forEach((element: unknown, index) => {
      const inside = isJsonObject(element) ? new Map([...elements, [id, index]]) : elements;
      cutValue(element, path, inside, leaves);
    });
  } else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value))
      cutValue(inner, path === '' ? key : `${path}.${key}`, elements, leaves);
  } else {
    const known = leaves.get(path);
    if (known === undefined) leaves.set(path, [{ value, elements }]);
    else known.push({ value, elements });
  }
}

/** Decides whether an event fits a pattern. */
export function matchPattern(pattern: ReadyPattern, event: ReadyEvent): boolean {
  return pattern.some((alternative) => fits([...alternative], event, new Map()));
}

function fits(
  fields: readonly (readonly [string, readonly FieldTest[]])[],
  event: ReadyEvent,
  chosen: ReadonlyMap<string, number>,
): boolean {
  const [field, ...others] = fields;
  if (field === undefined) return true;
  const [path, tests] = field;
  const leaves = event.get(path);
  const mayLack = tests.some(({ kind }) => kind === 'absent');
  if (leaves === undefined) return mayLack && fits(others, event, chosen);
  if (mayLack && leaves.some(({ elements }) => [...elements.keys()].some((id) => chosen.has(id))))
    throw new Error(`not known here: ${path} absent beside another field of the same array`);
  return leaves.some(
    ({ value, elements }) =>
      [...elements].every(([id, index]) => (chosen.get(id) ?? index) === index) &&
      tests.some((test) => test.kind === 'value' && test.accepts(value)) &&
      fits(others, event, new Map([...chosen, ...elements])),
  );
}

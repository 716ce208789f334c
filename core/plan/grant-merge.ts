import { hasWildcard } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { isJsonObject } from '../json.ts';
import type { PolicyStatement } from '../policy/document.ts';
import { type Grant, readGrant } from './grant.ts';
import { admitsCaller } from './grant-reach.ts';
import { nameStatement } from './guard-sid.ts';

/** Statements of which some were merged: what stands now, what went, and what came in its place. */
export interface MergedGrants {
  readonly statements: readonly PolicyStatement[];
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
}

/** A grant as three lists of texts, so that two of them can be compared and joined. */
interface Parts {
  /** `[type, name]` as JSON; `*` is `{"AWS": "*"}` only to AWS's own rules, so it is never joined. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly lines: readonly Line[];
}

interface Line {
  readonly operator: string;
  /** As the statement spells it. */
  readonly key: string;
  readonly values: readonly string[];
}

interface Bundle extends Parts {
  readonly originals: readonly PolicyStatement[];
}

/** Of several values one has to match, so grants that differ in these values alone can share a list. */
const ANY_OF = /^(StringEquals|StringLike|StringEqualsIgnoreCase|ArnEquals|ArnLike)(IfExists)?$/;

/**
 * Merges Allows that differ in one list only (actions, one condition's values, or principals) into one Allow of ours
 * with the joined list: together they let in exactly whom they let in before. Grants that certainly let the offender
 * in are left alone, so that a rollback can keep them out. The order of statements has no effect on what is merged.
 */
export function mergeGrants(
  statements: readonly PolicyStatement[],
  where: { readonly resourceArn: string; readonly guardId: string; readonly offender: Caller | null },
): MergedGrants {
  let bundles = statements.flatMap((statement): readonly Bundle[] => {
    const parts = readMergeable(statement, where.resourceArn, where.offender);
    return parts === undefined ? [] : [{ ...parts, originals: [statement] }];
  });
  bundles = joinAlike(
    bundles,
    (bundle) => write([bundle.principals, bundle.lines.map(writeLine).sort()]),
    (all) => ({
      actions: unite(all.map(({ actions }) => actions)),
    }),
  );
  for (const key of new Set(bundles.flatMap(({ lines }) => lines.map(nameLine)).sort())) {
    bundles = joinLine(bundles, key);
  }
  bundles = joinAlike(
    bundles,
    (bundle) => write([bundle.actions, bundle.lines.map(writeLine).sort()]),
    (all) => ({
      principals: unite(all.map(({ principals }) => principals)),
    }),
  );

  const taken = new Set(statements.flatMap(({ Sid }) => (typeof Sid === 'string' ? [Sid] : [])));
  const gone = new Set<PolicyStatement>();
  const added: PolicyStatement[] = [];
  for (const bundle of bundles.filter(({ originals }) => originals.length > 1)) {
    const merged = nameStatement(writeBundle(bundle, where.resourceArn), where.guardId, taken);
    if (merged === undefined) continue;
    added.push(merged);
    for (const original of bundle.originals) gone.add(original);
  }
  return {
    statements: [...statements.filter((statement) => !gone.has(statement)), ...added],
    removed: statements.filter((statement) => gone.has(statement)),
    added,
  };
}

/** Decides whether `part` is one of the grants that `whole` may have been merged from: no wider in any list. */
export function holdsGrant(whole: PolicyStatement, part: PolicyStatement, resourceArn: string): boolean {
  const wide = readMergeable(whole, resourceArn, null);
  const narrow = readMergeable(part, resourceArn, null);
  if (wide === undefined || narrow === undefined || wide.lines.length !== narrow.lines.length) return false;
  return (
    includesAll(wide.principals, narrow.principals) &&
    includesAll(wide.actions, narrow.actions) &&
    narrow.lines.every((line) => {
      const same = wide.lines.find((other) => nameLine(other) === nameLine(line));
      return same !== undefined && includesAll(same.values, line.values);
    })
  );
}

function includesAll(list: readonly string[], items: readonly string[]): boolean {
  return items.every((item) => list.includes(item));
}

function readMergeable(
  statement: PolicyStatement,
  resourceArn: string,
  offender: Caller | null,
): Parts | undefined {
  const reading = readGrant(statement, resourceArn);
  if (reading.kind !== 'grant' || !namesExactly(statement, resourceArn)) return undefined;
  if (offender !== null && admitsCaller(reading.grant, offender)) return undefined;
  const principals = readNames(statement['Principal']);
  const lines = readLines(statement['Condition'], reading.grant);
  if (principals === undefined || lines === undefined) return undefined;
  return { principals, actions: unite([reading.grant.actions]), lines };
}

/** AWS takes no other `Resource`; one that a file has may mean more than the merged statement would say. */
function namesExactly(statement: PolicyStatement, resourceArn: string): boolean {
  const list: readonly unknown[] = [statement['Resource']].flat();
  return list.every((item) => item === resourceArn);
}

function readNames(principal: unknown): readonly string[] | undefined {
  if (!isJsonObject(principal)) return undefined;
  const names = Object.entries(principal).flatMap(([type, value]) =>
    [value].flat().map((name) => [type, String(name)] as const),
  );
  return names.some(([, name]) => hasWildcard(name)) ? undefined : unite([names.map(write)]);
}

/** `undefined` where a key stands twice under one operator, spelled differently: both have to hold. */
function readLines(condition: unknown, grant: Grant): readonly Line[] | undefined {
  const lines = Object.entries(isJsonObject(condition) ? condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isJsonObject(keys) ? keys : {}).map(([key, value]) => ({
      operator,
      key,
      values: unite([[value].flat().map(String)]),
    })),
  );
  const single = new Set(lines.map(nameLine)).size === lines.length;
  return single && lines.length === grant.conditions.length ? lines : undefined;
}

function nameLine({ operator, key }: Line): string {
  return write([operator, key.toLowerCase()]);
}

function writeLine(line: Line): string {
  return write([nameLine(line), line.values]);
}

function write(value: unknown): string {
  return JSON.stringify(value);
}

function unite(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

/** Joins the bundles that are alike by `key`; `join` says what the joined one has instead of the first one's lists. */
function joinAlike(
  bundles: readonly Bundle[],
  key: (bundle: Bundle) => string,
  join: (alike: readonly Bundle[]) => Partial<Parts>,
): Bundle[] {
  const groups = new Map<string, Bundle[]>();
  for (const bundle of bundles) groups.set(key(bundle), [...(groups.get(key(bundle)) ?? []), bundle]);
  return [...groups.values()].flatMap((alike) => {
    const [first, ...others] = alike;
    if (first === undefined || others.length === 0) return alike;
    return [{ ...first, ...join(alike), originals: alike.flatMap(({ originals }) => originals) }];
  });
}

function joinLine(bundles: readonly Bundle[], name: string): Bundle[] {
  const find = ({ lines }: Bundle): Line | undefined =>
    lines.find((line) => nameLine(line) === name && ANY_OF.test(line.operator));
  const rest = (bundle: Bundle): readonly Line[] => bundle.lines.filter((line) => nameLine(line) !== name);
  const without = bundles.filter((bundle) => find(bundle) === undefined);
  const joined = joinAlike(
    bundles.filter((bundle) => find(bundle) !== undefined),
    (bundle) => write([bundle.principals, bundle.actions, rest(bundle).map(writeLine).sort()]),
    (alike) => {
      const values = unite(alike.map((bundle) => find(bundle)?.values ?? []));
      return {
        lines: alike
          .slice(0, 1)
          .flatMap(({ lines }) =>
            lines.map((line) => (nameLine(line) === name ? { ...line, values } : line)),
          ),
      };
    },
  );
  return [...without, ...joined];
}

function writeBundle({ principals, actions, lines }: Bundle, resourceArn: string): PolicyStatement {
  const names: Record<string, string[]> = {};
  for (const text of principals) {
    const [type, name] = JSON.parse(text) as [string, string];
    names[type] = [...(names[type] ?? []), name];
  }
  const condition: Record<string, Record<string, unknown>> = {};
  for (const { operator, key, values } of lines) {
    condition[operator] = { ...condition[operator], [key]: unwrap(values) };
  }
  return {
    Effect: 'Allow',
    Principal: Object.fromEntries(Object.entries(names).map(([type, list]) => [type, unwrap(list)])),
    Action: unwrap(actions),
    Resource: resourceArn,
    ...(lines.length === 0 ? {} : { Condition: condition }),
  };
}

/** AWS stores a list of one as plain text. */
function unwrap(list: readonly string[]): string | readonly string[] {
  const [only, ...others] = list;
  return only !== undefined && others.length === 0 ? only : list;
}

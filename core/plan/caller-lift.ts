import { hasWildcard } from '../arn.ts';
import type { Caller, ServiceCaller } from '../caller/caller.ts';
import { readObject } from '../json.ts';
import type { PolicyStatement } from '../policy/document.ts';
import { readGuardSid } from './guard-sid.ts';
import { buildGuardStatement } from './guard-statement.ts';
import { readOffender } from './offender-condition.ts';
import type { GuardCondition } from './source-guards.ts';

/** The statements of a policy whose guards no longer hit one caller, or why they cannot be written. */
export type CallerLift =
  | { readonly kind: 'lifted'; readonly statements: readonly PolicyStatement[] }
  | { readonly kind: 'refused'; readonly reason: string };

const SERVICE_KEY = 'aws:PrincipalServiceName';
const PRINCIPAL_KEY = 'aws:PrincipalArn';

/**
 * Takes one caller out of every Deny of ours: a Deny for this caller goes, a guard gets one more exception. Only
 * this caller gains; what others wrote is not touched.
 */
export function liftCaller(
  statements: readonly PolicyStatement[],
  caller: Caller,
  where: { readonly resourceArn: string; readonly guardId: string },
): CallerLift {
  if (caller.kind === 'unknown' || caller.kind === 'eventSourceMapping') {
    return { kind: 'refused', reason: 'no statement of the policy is about this kind of caller' };
  }
  if (JSON.stringify(caller).includes('${')) {
    return { kind: 'refused', reason: 'the caller has `${` in its name, which IAM would replace' };
  }
  const guards = statements.map((statement) => {
    const sid = readGuardSid(statement, where.guardId);
    return sid.kind === 'ours' && sid.effect === 'Deny';
  });
  const taken = new Set(
    statements.filter((_, index) => guards[index] !== true).map(({ Sid }) => String(Sid)),
  );
  const lifted: PolicyStatement[] = [];
  for (const [index, statement] of statements.entries()) {
    const condition = readCondition(statement);
    if (guards[index] !== true || condition === undefined) {
      lifted.push(statement);
      continue;
    }
    const offender = readOffender(statement);
    const conditions =
      offender !== undefined && hits(offender, caller) ? [] : exceptCaller(condition, caller);
    if (conditions.length === 1 && conditions[0] === condition) {
      lifted.push(statement);
      continue;
    }
    for (const narrowed of conditions) {
      const guard = buildGuardStatement(narrowed, where.resourceArn, where.guardId, taken);
      if (guard === undefined)
        return { kind: 'refused', reason: 'every Sid that our guard could take is held' };
      if (!lifted.some((other) => other['Sid'] === guard['Sid'])) lifted.push(guard);
    }
  }
  return { kind: 'lifted', statements: lifted };
}

/** A Deny of ours for one caller, as we wrote it. */
function hits(offender: Caller, caller: Caller): boolean {
  switch (offender.kind) {
    case 'role':
      return caller.kind === 'role' && caller.roleArn === offender.roleArn;
    case 'user':
      return caller.kind === 'user' && caller.userArn === offender.userArn;
    case 'federated':
      return caller.kind === 'federated' && caller.arn === offender.arn;
    case 'root':
    case 'account':
      return caller.kind === offender.kind && caller.account === offender.account;
    case 'service':
      return (
        caller.kind === 'service' &&
        caller.service === offender.service &&
        caller.sourceArn === offender.sourceArn &&
        caller.sourceAccount === offender.sourceAccount
      );
    case 'anonymous':
      return caller.kind === 'anonymous';
    case 'eventSourceMapping':
    case 'unknown':
      return false;
  }
}

type Tests = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The statement's condition with every value as a list; our own statements hold nothing but text and lists of it. */
function readCondition(statement: PolicyStatement): Tests | undefined {
  const condition = readObject(statement, 'Condition');
  if (condition === undefined) return undefined;
  const tests: Record<string, Record<string, readonly string[]>> = {};
  for (const operator of Object.keys(condition)) {
    const keys: Record<string, readonly string[]> = {};
    for (const [key, value] of Object.entries(readObject(condition, operator) ?? {})) {
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      keys[key] = list.map(String);
    }
    tests[operator] = keys;
  }
  return tests;
}

/** The conditions that together fit whoever `tests` fits, apart from this caller; `tests` itself where it is not hit. */
function exceptCaller(tests: Tests, caller: Caller): readonly GuardCondition[] {
  switch (caller.kind) {
    case 'role':
      return exceptPrincipal(tests, caller.roleArn);
    case 'user':
      return exceptPrincipal(tests, caller.userArn);
    case 'federated':
      return exceptPrincipal(tests, caller.arn);
    case 'root':
      return exceptPattern(tests, `arn:*:iam::${caller.account}:root`);
    case 'account':
      return exceptPattern(tests, `arn:*:*::${caller.account}:*`);
    case 'anonymous':
      return tests['StringEquals']?.['aws:PrincipalAccount']?.includes('anonymous') === true ? [] : [tests];
    case 'service':
      return exceptService(tests, caller);
    case 'eventSourceMapping':
    case 'unknown':
      return [tests];
  }
}

function exceptPrincipal(tests: Tests, arn: string): readonly GuardCondition[] {
  if (!hasWildcard(arn)) return exceptPattern(tests, arn);
  return guardsPrincipals(tests) ? [append(tests, 'StringNotEquals', PRINCIPAL_KEY, arn)] : [tests];
}

function exceptPattern(tests: Tests, pattern: string): readonly GuardCondition[] {
  return guardsPrincipals(tests) ? [append(tests, 'ArnNotLike', PRINCIPAL_KEY, pattern)] : [tests];
}

function guardsPrincipals(tests: Tests): boolean {
  return tests['Null']?.[PRINCIPAL_KEY]?.includes('false') === true;
}

/** A negated operator with a list is true only where no value fits: one more value is one more exception. */
function append(tests: Tests, operator: string, key: string, value: string): Tests {
  const values = new Set([...(tests[operator]?.[key] ?? []), value]);
  return { ...tests, [operator]: { ...tests[operator], [key]: [...values].sort() } };
}

function exceptService(tests: Tests, caller: ServiceCaller): readonly GuardCondition[] {
  const { service, sourceArn, sourceAccount } = caller;
  const named = tests['StringEquals']?.[SERVICE_KEY];
  const unnamed = tests['StringNotEquals']?.[SERVICE_KEY];
  if (named === undefined ? unnamed === undefined || unnamed.includes(service) : !named.includes(service)) {
    return [tests];
  }
  // First everybody but the service, then the service from every other source.
  const rest = (named ?? []).filter((other) => other !== service);
  const conditions: GuardCondition[] = [];
  if (named === undefined) conditions.push(append(tests, 'StringNotEquals', SERVICE_KEY, service));
  else if (rest.length > 0) conditions.push(nameServices(tests, rest));
  const own = nameServices(tests, [service]);
  if (sourceArn !== undefined) {
    const arnOperator = hasWildcard(sourceArn) ? 'StringNotEquals' : 'ArnNotLike';
    conditions.push(append(own, arnOperator, 'aws:SourceArn', sourceArn));
  }
  if (sourceAccount !== undefined) {
    conditions.push(append(own, 'StringNotEquals', 'aws:SourceAccount', sourceAccount));
  }
  return conditions;
}

function nameServices(tests: Tests, services: readonly string[]): Tests {
  const { [SERVICE_KEY]: _, ...negated } = tests['StringNotEquals'] ?? {};
  const { StringNotEquals: __, ...others } = tests;
  return {
    ...others,
    ...(Object.keys(negated).length === 0 ? {} : { StringNotEquals: negated }),
    StringEquals: { ...tests['StringEquals'], [SERVICE_KEY]: services },
  };
}

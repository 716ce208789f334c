import * as fc from 'fast-check';
import type { Allowlist, FunctionEntry, InvokerEntry, Narrowing } from '../../core/allowlist/allowlist.ts';
import { listGuardFunctionArns } from '../../core/guard.ts';
import { EVENTBRIDGE_LIMITS, type PatternLimits } from '../../core/pattern/compiled-patterns.ts';
import { FEWEST_CHARACTERS } from '../../core/pattern/pattern-compiler.ts';

/** A small world, so that entries, globs, limits and records meet often. */
export const OWN = '111122223333';
export const OTHER = '444455556666';
export const REGION = 'eu-west-1';
export const ACCOUNTS = [OWN, OWN, OTHER, '777788889999'] as const;

/** What patterns are compiled for. */
export interface PatternWorld {
  readonly allowlist: Allowlist;
  readonly exclude: readonly string[];
  readonly limits: PatternLimits;
}

/** Names that are endings and beginnings of each other, and the guard's own. */
export const FUNCTION_NAMES = [
  'orders',
  'orders-api',
  'orders-worker',
  'my-orders',
  'Orders',
  'thumbnailer',
  'worker',
  'my-invokeguard-remediator',
  'invokeguard-remediator',
  'invokeguard-converger',
] as const;
const GLOBS = [
  '*',
  'orders*',
  'orders-*',
  '*orders',
  '*-worker',
  '*orders*',
  'o?ders*',
  'thumb*er',
  'invokeguard-*',
  '*remediator',
  'orders-a*i',
  '**s',
  '?rders',
  // Each is told as every function, and so is every own one.
  '?*',
  '??*',
] as const;
export const SERVICES = [
  's3.amazonaws.com',
  'events.amazonaws.com',
  'sns.amazonaws.com',
  'states.amazonaws.com',
  'lambda.amazonaws.com',
  'logs.eu-west-1.amazonaws.com',
] as const;
export const SOURCES = [
  'arn:aws:s3:::uploads',
  'arn:aws:s3:::uploads-2',
  `arn:aws:sns:${REGION}:${OWN}:orders`,
  `arn:aws:sns:${REGION}:${OTHER}:orders`,
  `arn:aws:events:${REGION}:${OWN}:rule/nightly`,
  `arn:aws:sqs:${REGION}:${OWN}:orders`,
  `arn:aws:lambda:${REGION}:${OWN}:event-source-mapping:0a1b`,
] as const;
const SOURCE_PATTERNS = [
  ...SOURCES.slice(0, 5),
  'arn:aws:s3:::uploads*',
  'arn:aws:s3:::*',
  'arn:aws:s3:::up*s',
  'arn:aws:sns:*:*:orders',
  `arn:aws:sns:${REGION}:${OWN}:*`,
  `arn:aws:sns:${REGION}:*`,
  'arn:aws:sns:eu-west-?:*:*',
];
/** Principals, with their paths. */
export const PRINCIPALS = ['ci', 'ops', 'team/ci', 'team/ops', 'service-role/states'] as const;
const PRINCIPAL_PATTERNS = [...PRINCIPALS, '*', 'team/*', 'c?', '*ops', 't*m/ci'];
const EXPIRIES = ['2026-10-01T00:00:00Z', '2027-01-31T00:00:00Z'] as const;

export const account = fc.constantFrom(...ACCOUNTS);
/** Nearly always one partition, as an account has only one. */
export const partition = fc.constantFrom(...Array.from({ length: 18 }, () => 'aws'), 'aws-us-gov', 'aws-cn');

/** Something that is mostly not there. */
export function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

function principalArn(kind: 'role' | 'user'): fc.Arbitrary<string> {
  return fc
    .tuple(partition, account, fc.constantFrom(...PRINCIPAL_PATTERNS))
    .map(([part, id, name]) => `arn:${part}:iam::${id}:${kind}/${name}`);
}

type NarrowingKey = keyof Narrowing;

const NARROWINGS: Readonly<Record<NarrowingKey, fc.Arbitrary<readonly string[]>>> = {
  sourceIp: fc.constantFrom(['10.0.0.0/8'], ['192.0.2.0/24', '2001:db8::/32']),
  vpcEndpoint: fc.constantFrom(['vpce-0a1b2c3d']),
  qualifier: fc.constantFrom(['live'], ['$LATEST', '7']),
  invokedBy: fc.uniqueArray(fc.constantFrom(...SERVICES), { minLength: 1, maxLength: 2 }),
};

/** No narrowing, or one of those that the kind of entry can have. */
function narrowed<Entry>(
  entries: fc.Arbitrary<Entry>,
  ...keys: readonly [NarrowingKey, ...NarrowingKey[]]
): fc.Arbitrary<Entry & { readonly narrowing?: Narrowing }> {
  const narrowing = fc.oneof(...keys.map((key) => NARROWINGS[key].map((values) => ({ [key]: values }))));
  return fc
    .tuple(entries, rarely(narrowing))
    .map(([entry, one]) => ({ ...entry, ...(one === undefined ? {} : { narrowing: one }) }));
}

const service = fc
  .tuple(fc.constantFrom(...SERVICES), maybe(fc.constantFrom(...SOURCE_PATTERNS)), maybe(account))
  .map(([name, sourceArn, sourceAccount]) => ({
    kind: 'service' as const,
    service: name,
    ...(sourceArn === undefined ? {} : { sourceArn }),
    ...(sourceAccount === undefined ? {} : { sourceAccount }),
  }));
const role = principalArn('role').map((arn) => ({ kind: 'role' as const, role: arn }));
const user = principalArn('user').map((arn) => ({ kind: 'user' as const, user: arn }));
const wholeAccount = account.map((id) => ({ kind: 'account' as const, account: id }));
const functionUrl = fc.constant({ kind: 'functionUrl' as const, functionUrl: 'public' as const });
const mapping = fc
  .constantFrom(...SOURCES.slice(5))
  .map((eventSourceMapping) => ({ kind: 'eventSourceMapping' as const, eventSourceMapping }));

const who = fc.oneof(
  { weight: 5, arbitrary: narrowed(service, 'qualifier') },
  { weight: 5, arbitrary: narrowed(role, 'invokedBy', 'invokedBy', 'sourceIp', 'vpcEndpoint', 'qualifier') },
  { weight: 3, arbitrary: narrowed(user, 'invokedBy', 'sourceIp', 'vpcEndpoint', 'qualifier') },
  { weight: 2, arbitrary: narrowed(wholeAccount, 'sourceIp', 'vpcEndpoint', 'qualifier') },
  { weight: 1, arbitrary: narrowed(functionUrl, 'sourceIp', 'qualifier') },
  { weight: 1, arbitrary: mapping },
);

type Unplaced = Omit<InvokerEntry, 'pointer'>;

const entry: fc.Arbitrary<Unplaced> = fc
  .tuple(who, rarely(fc.constantFrom(...EXPIRIES)))
  .map(([named, expires]) => ({ ...named, ...(expires === undefined ? {} : { expires }) }));

function place(entries: readonly Unplaced[], parent: string): readonly InvokerEntry[] {
  return entries.map((one, index) => ({ ...one, pointer: `${parent}/${index}` }) as InvokerEntry);
}

const selector: fc.Arbitrary<FunctionEntry['selector']> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...FUNCTION_NAMES).map((name) => ({ kind: 'name' as const, name })),
  },
  { weight: 2, arbitrary: fc.constantFrom(...GLOBS).map((glob) => ({ kind: 'glob' as const, glob })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        partition,
        fc.constantFrom(REGION, REGION, 'us-east-1'),
        account,
        fc.constantFrom(...FUNCTION_NAMES),
      )
      .map(([part, region, id, name]) => ({
        kind: 'arn' as const,
        arn: `arn:${part}:lambda:${region}:${id}:function:${name}`,
      })),
  },
  // Names that only fill the patterns up, so that limits are met.
  {
    weight: 2,
    arbitrary: fc.nat(60).map((number) => ({ kind: 'name' as const, name: `filler-${number}-worker` })),
  },
);

/** Any allowlist that the compiler may be given: functions with callers of their own or shared ones. */
export const allowlist: fc.Arbitrary<Allowlist> = fc
  .record({
    // Most functions draw their callers from a few sets; a glob and a name often overlap.
    sets: fc.array(fc.array(entry, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    functions: fc.uniqueArray(fc.tuple(selector, fc.nat(5), fc.array(entry, { maxLength: 6 })), {
      minLength: 1,
      maxLength: 14,
      size: 'max',
      selector: ([one]) => JSON.stringify(one),
    }),
    breakGlass: fc.array(entry, { maxLength: 2 }),
  })
  .map(({ sets, functions, breakGlass }) => ({
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    functions: functions.map(([one, set, own], index) => ({
      pointer: `/functions/${index}`,
      selector: one,
      mode: 'observe',
      invokers: place(sets[set] ?? own, `/functions/${index}/invokers`),
    })),
    breakGlass: place(breakGlass, '/breakGlass'),
  }));

const limits: fc.Arbitrary<PatternLimits> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(EVENTBRIDGE_LIMITS) },
  {
    weight: 2,
    arbitrary: fc.record({
      characters: fc.integer({ min: FEWEST_CHARACTERS, max: 2048 }),
      rules: fc.integer({ min: 1, max: 12 }),
      wildcardRules: fc.integer({ min: 0, max: 6 }),
    }),
  },
);

/** An allowlist, the guard's own functions (or none), and the quotas or less. */
export const patternWorld: fc.Arbitrary<PatternWorld> = fc.record({
  allowlist,
  exclude: fc.constantFrom(
    listGuardFunctionArns({ partition: 'aws', region: REGION, account: OWN }),
    listGuardFunctionArns({ partition: 'aws', region: REGION, account: OWN }),
    [],
  ),
  limits,
});

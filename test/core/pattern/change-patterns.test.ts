import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Allowlist } from '../../../core/allowlist/allowlist.ts';
import { parseChange } from '../../../core/change/change-record.ts';
import { concernsAllowlist } from '../../../core/change/identity-judgement.ts';
import { LAMBDA_VERBS } from '../../../core/change/lambda-action.ts';
import { GUARD_FUNCTION_NAMES, LONGEST_PLACE, listGuardFunctionArns } from '../../../core/guard.ts';
import type { JsonObject } from '../../../core/json.ts';
import { composeChangePatterns } from '../../../core/pattern/change-patterns.ts';
import { EVENTBRIDGE_LIMITS } from '../../../core/pattern/compiled-patterns.ts';
import { openEnvelope } from '../../../core/record/envelope.ts';
import { parseFunctionName, parseRequestedFunction } from '../../../core/record/function-reference.ts';
import { describeWithRuler, type EventRuler } from '../../event-ruler/event-ruler.ts';
import { matchPattern, readyEvent, readyPattern } from '../../event-ruler/pattern-matcher.ts';
import { CHANGE_ALLOWLIST } from '../change/allowlist.ts';

const PLACE = { partition: 'aws', region: 'eu-west-1', account: '111122223333' };
const OWN = listGuardFunctionArns(PLACE);
const { characters } = EVENTBRIDGE_LIMITS;

/** The same list without the role that stands for a whole path, which makes the patterns take every role. */
const EXACT: Allowlist = {
  ...CHANGE_ALLOWLIST,
  functions: CHANGE_ALLOWLIST.functions.map((entry) => ({
    ...entry,
    invokers: entry.invokers.filter((invoker) => invoker.kind !== 'role' || !invoker.role.includes('*')),
  })),
};

function compose(allowlist: Allowlist, iamEvents: 'here' | 'elsewhere' = 'here'): readonly JsonObject[] {
  return composeChangePatterns({ allowlist, exclude: OWN, iamEvents, characters });
}

const COMMON = {
  eventID: 'c1',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
};

const CASES: readonly JsonObject[] = ['changes', 'identities', 'guard-parts']
  .flatMap(
    (file) =>
      JSON.parse(readFileSync(`test/cases/change/${file}.json`, 'utf8')) as readonly {
        readonly given: JsonObject;
      }[],
  )
  .map(({ given }) => {
    const opened = openEnvelope({ ...COMMON, ...given });
    return 'detail-type' in given
      ? (given['detail'] as JsonObject)
      : opened.kind === 'record'
        ? opened.record
        : given;
  });

/** Records of other people, where they lie beside the checkout. */
const REAL_FOLDER = join(import.meta.dirname, '../../../../shared/records');
const REAL: readonly JsonObject[] = (existsSync(REAL_FOLDER) ? readdirSync(REAL_FOLDER) : [])
  .filter((name) => name.endsWith('.ndjson'))
  .flatMap((name) => readFileSync(join(REAL_FOLDER, name), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as JsonObject);

/** Calls of the other spellings of the guard's own functions, and of functions that are named alike. */
const NAMED: readonly JsonObject[] = GUARD_FUNCTION_NAMES.flatMap((name) =>
  [
    name,
    `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
    `111122223333:function:${name}`,
    `${name}:live`,
    `${name}-2`,
    `arn:aws:lambda:eu-west-1:999900001111:function:${name}`,
  ].map((functionName) => ({
    ...COMMON,
    eventName: 'UpdateFunctionCode20150331v2',
    requestParameters: { functionName },
  })),
);

/** What EventBridge makes of a record. */
function wrapEvent(record: JsonObject): JsonObject {
  const service = String(record['eventSource']).replace('.amazonaws.com', '');
  const own = record['eventType'] === 'AwsServiceEvent' || record['eventName'] === 'LambdaESMDisabled';
  const detailType = own ? 'AWS Service Event via CloudTrail' : 'AWS API Call via CloudTrail';
  return { source: `aws.${service}`, 'detail-type': detailType, detail: record };
}

type Demand = 'wanted' | 'ownFunction' | 'unwanted';

/** What the live path has to see of a record, by the core alone. */
function demand(record: JsonObject, allowlist: Allowlist): Demand {
  const change = parseChange(record);
  if (change.kind !== 'change') return 'unwanted';
  switch (change.action.kind) {
    case 'trail':
    case 'trailSelectors':
    case 'rule':
    case 'part':
      return 'unwanted';
    case 'identity':
      return concernsAllowlist(change, allowlist) === 'concerns' ? 'wanted' : 'unwanted';
    case 'bucketNotification':
      return 'wanted';
    default:
      return GUARD_FUNCTION_NAMES.includes(parseFunctionName(change.functionArn ?? '')?.name ?? '')
        ? 'ownFunction'
        : 'wanted';
  }
}

/** What the patterns match beyond what the live path has to see, and why that is right. */
const EXTRA: readonly (readonly [why: string, fits: (record: JsonObject) => boolean])[] = [
  [
    'a call of Lambda whose name begins like that of a change',
    ({ eventSource, eventName }) =>
      eventSource === 'lambda.amazonaws.com' && /^(Delete|Update|Create)Function/.test(String(eventName)),
  ],
  [
    'a bucket that notifies what is no function, or the log bucket with a function',
    ({ eventSource, requestParameters }) =>
      eventSource === 's3.amazonaws.com' && JSON.stringify(requestParameters).includes('Function'),
  ],
  [
    'a role or user that has the name of a listed one, or no name in the record',
    ({ eventSource, eventName }) =>
      eventSource === 'iam.amazonaws.com' &&
      /(Role|RolePolicy|User|AccessKey|Profile)$/.test(String(eventName)),
  ],
];

/** What is wrong with what the patterns made of a record; null where nothing is. */
function findFault(record: JsonObject, allowlist: Allowlist, outcome: 'matched' | 'missed'): string | null {
  const wanted = demand(record, allowlist);
  const text = JSON.stringify(record);
  if (wanted === 'wanted' && outcome === 'missed') return `missed: ${text}`;
  const needless = wanted === 'unwanted' && outcome === 'matched' && !EXTRA.some(([, fits]) => fits(record));
  return needless ? `matched without need: ${text}` : null;
}

const LISTS = [
  ['a list with exact names', EXACT],
  ['a list with a role for a whole path', CHANGE_ALLOWLIST],
] as const;

describe('the patterns for changes', () => {
  it.each(LISTS)('match the known records that the core reads as changes, with %s', (_what, allowlist) => {
    const ready = compose(allowlist).map(readyPattern);
    const judged = [...CASES, ...REAL, ...NAMED].map((record) => {
      const event = readyEvent(wrapEvent(record));
      const outcome = ready.some((pattern) => matchPattern(pattern, event)) ? 'matched' : 'missed';
      return findFault(record, allowlist, outcome);
    });
    expect(judged.filter((fault) => fault !== null)).toEqual([]);
  });

  it('leave out the guard’s own functions by name and ARN, and by nothing that another function could have', () => {
    const ready = compose(EXACT).map(readyPattern);
    for (const record of NAMED) {
      const { functionName = '' } = record['requestParameters'] as { readonly functionName?: string };
      const event = readyEvent(wrapEvent(record));
      const matched = ready.some((pattern) => matchPattern(pattern, event));
      const left = GUARD_FUNCTION_NAMES.includes(functionName) || OWN.includes(functionName);
      expect({ functionName, matched }).toEqual({ functionName, matched: !left });
      if (left) expect(parseRequestedFunction(functionName)?.name).toMatch(/^invokeguard-/);
    }
  });

  it('are two where IAM’s events do not come, and one or two more for the roles and the users of a list', () => {
    expect(compose(EXACT, 'elsewhere')).toHaveLength(2);
    expect(compose(EXACT)).toHaveLength(4);
    const nobody = { ...EXACT, functions: [], breakGlass: [] };
    expect(compose(nobody)).toHaveLength(2);
  });

  it('fit the characters of a pattern in every place and with any list, and are at most six', () => {
    const exclude = listGuardFunctionArns(LONGEST_PLACE);
    const names = fc.array(fc.stringMatching(/^[a-zA-Z0-9+=,.@_*?-]{1,64}$/), { maxLength: 200 });
    fc.assert(
      fc.property(names, names, (roles, users) => {
        const allowlist = listEntries(roles, users);
        const patterns = composeChangePatterns({ allowlist, exclude, iamEvents: 'here', characters });
        for (const pattern of patterns)
          expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(characters);
        expect(patterns.length).toBeLessThanOrEqual(6);
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });

  it('miss no change of a function, however it is named', () => {
    const ready = compose(EXACT).map(readyPattern);
    fc.assert(
      fc.property(functionRecord, (record) => {
        const event = readyEvent(wrapEvent(record));
        const outcome = ready.some((pattern) => matchPattern(pattern, event)) ? 'matched' : 'missed';
        expect(findFault(record, EXACT, outcome)).toBeNull();
      }),
      { seed: 20261121, numRuns: 3000 },
    );
  });

  it('miss no change of a role or user that a list of any names may name', () => {
    fc.assert(
      fc.property(identityWorld, ({ roles, users, records }) => {
        const allowlist = listEntries(roles, users);
        const ready = compose(allowlist).map(readyPattern);
        for (const record of records) {
          const event = readyEvent(wrapEvent(record));
          const outcome = ready.some((pattern) => matchPattern(pattern, event)) ? 'matched' : 'missed';
          expect(findFault(record, allowlist, outcome)).toBeNull();
        }
      }),
      { seed: 20261121, numRuns: 400 },
    );
  });
});

/** Places before a name: a function may be named by the end of its ARN, from any part on. */
const PLACES = ['', '111122223333:', 'eu-west-1:111122223333:', 'arn:aws:lambda:eu-west-1:111122223333:'];
const functionRecord = fc
  .record({
    verb: fc.constantFrom(...LAMBDA_VERBS),
    suffix: fc.constantFrom('', '20150331', '20150331v2'),
    place: fc.constantFrom(...PLACES, ...PLACES.map((place) => `${place}function:`)),
    name: fc.constantFrom('thumbnailer', 'billing', 'other', ...GUARD_FUNCTION_NAMES),
    qualifier: fc.constantFrom('', ':live', ':$LATEST'),
    parameter: fc.constantFrom('functionName', 'functionName', 'resourceArn', 'uUID', null),
    answer: fc.constantFrom('told', 'untold'),
    errorCode: fc.constantFrom(undefined, 'AccessDenied'),
  })
  .map(({ verb, suffix, place, name, qualifier, parameter, answer, errorCode }) => ({
    ...COMMON,
    eventName: verb === 'LambdaESMDisabled' ? verb : `${verb}${suffix}`,
    requestParameters: parameter === null ? null : { [parameter]: `${place}${name}${qualifier}` },
    responseElements:
      answer === 'told' ? { functionArn: `${PLACES[3] ?? ''}function:${name}${qualifier}` } : null,
    ...(errorCode === undefined ? {} : { errorCode }),
  }));

function listEntries(roles: readonly string[], users: readonly string[]): Allowlist {
  return {
    ...EXACT,
    breakGlass: [
      ...roles.map((name, index) => ({
        pointer: `/breakGlass/${index}`,
        kind: 'role' as const,
        role: `arn:aws:iam::111122223333:role/${name}`,
      })),
      ...users.map((name, index) => ({
        pointer: `/breakGlass/${roles.length + index}`,
        kind: 'user' as const,
        user: `arn:aws:iam::111122223333:user/${name}`,
      })),
    ],
  };
}

/** Few letters, so that entries and records meet. */
const name = fc.stringMatching(/^[abAB-]{1,4}$/);
const entryName = fc.stringMatching(/^([ab]\/)?[abAB*?-]{1,4}$/);
const IDENTITY_CALLS = [
  'UpdateAssumeRolePolicy',
  'CreateRole',
  'DeleteRole',
  'CreateUser',
  'UpdateUser',
  'DeleteUser',
  'CreateAccessKey',
  'UpdateAccessKey',
  'CreateLoginProfile',
];
const identityRecord = fc
  .record({
    eventName: fc.constantFrom(...IDENTITY_CALLS),
    requestParameters: fc.oneof(
      fc.record({ roleName: name, path: fc.constantFrom('/', '/a/', '/b/') }),
      fc.record({ userName: name, newUserName: name }, { requiredKeys: ['userName'] }),
      fc.constant({ status: 'Active' }),
      fc.constant(null),
    ),
    userName: name,
    errorMessage: fc.oneof(
      fc.constant(undefined),
      name.map((role) => `User: x is not authorized to perform: iam:y on resource: role ${role} because z`),
      fc.constant('not authorized'),
    ),
  })
  .map(({ userName, errorMessage, ...record }) => ({
    ...COMMON,
    ...record,
    eventSource: 'iam.amazonaws.com',
    userIdentity: { ...COMMON.userIdentity, userName },
    ...(errorMessage === undefined ? {} : { errorCode: 'AccessDenied', errorMessage }),
  }));
const identityWorld = fc.record({
  roles: fc.array(entryName, { maxLength: 5 }),
  users: fc.array(entryName, { maxLength: 5 }),
  records: fc.array(identityRecord, { minLength: 1, maxLength: 20 }),
});

describeWithRuler('event-ruler, with the patterns for changes', (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(() => ruler.stop());

  it.each(LISTS)(
    'takes them, and matches the known records as the core asks, with %s',
    async (_what, allowlist) => {
      const given = [...CASES, ...REAL, ...NAMED];
      const answer = await ruler.judge(compose(allowlist), given.map(wrapEvent));
      expect({ refused: answer.refused, repeated: answer.repeated }).toEqual({ refused: [], repeated: [] });
      const demands = given.map((record, index) => {
        const outcome = (answer.matches[index] ?? []).length > 0 ? 'matched' : 'missed';
        expect(findFault(record, allowlist, outcome)).toBeNull();
        return demand(record, allowlist);
      });
      expect(demands.filter((wanted) => wanted === 'wanted').length).toBeGreaterThan(80);
      expect(demands.filter((wanted) => wanted === 'ownFunction').length).toBeGreaterThan(10);
    },
  );

  it('misses no change of a role or user that a list of any names may name', async () => {
    const worlds = fc.sample(identityWorld, { seed: 20261121, numRuns: 150 });
    for (const { roles, users, records } of worlds) {
      const allowlist = listEntries(roles, users);
      const answer = await ruler.judge(compose(allowlist), records.map(wrapEvent));
      expect({ refused: answer.refused, repeated: answer.repeated }).toEqual({ refused: [], repeated: [] });
      records.forEach((record, index) => {
        const outcome = (answer.matches[index] ?? []).length > 0 ? 'matched' : 'missed';
        expect(findFault(record, allowlist, outcome)).toBeNull();
      });
    }
  }, 60_000);
});

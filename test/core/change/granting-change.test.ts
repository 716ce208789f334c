import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { identifyCaller } from '../../../core/caller/caller.ts';
import { findGrantingChange, type GrantingChange } from '../../../core/change/granting-change.ts';
import { listDoors, type SoughtAccess, seekAccess } from '../../../core/change/sought-access.ts';
import { listGuardRoleArns } from '../../../core/guard.ts';
import { isJsonObject } from '../../../core/json.ts';
import type { PolicyStatement } from '../../../core/policy/document.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { createDice } from '../../arbitraries/dice.ts';
import { mutateRecord } from '../../arbitraries/record-mutation.ts';

interface Case {
  readonly name: string;
  /** Handwritten; each record and the call hold what differs from `COMMON`. */
  readonly given: {
    readonly call: Readonly<Record<string, unknown>>;
    readonly records: readonly unknown[];
    readonly removed?: readonly PolicyStatement[];
  };
  readonly expected: readonly Pick<GrantingChange, 'eventID' | 'match' | 'sid' | 'door'>[];
}

const CASES = JSON.parse(readFileSync('test/cases/grant-search/granters.json', 'utf8')) as readonly Case[];

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const PLACE = { partition: 'aws', region: 'eu-west-1', account: '111122223333' };

const COMMON = {
  eventSource: 'lambda.amazonaws.com',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/eve' },
  sourceIPAddress: '198.51.100.7',
};

const CALL = {
  ...COMMON,
  eventName: 'Invoke',
  eventID: 'call',
  eventTime: '2026-10-01T12:00:00Z',
  requestParameters: { functionName: FUNCTION_ARN },
  resources: [{ type: 'AWS::Lambda::Function', ARN: FUNCTION_ARN }],
};

function complete(record: unknown): unknown {
  return isJsonObject(record) && !('CloudTrailEvent' in record) ? { ...COMMON, ...record } : record;
}

function seek(call: unknown, removed: readonly PolicyStatement[] = []): SoughtAccess {
  const invocation = parseInvocation(call);
  if (invocation.kind !== 'invocation') throw new Error('the sample call is no call');
  const sought = seekAccess({ invocation, caller: identifyCaller(invocation), removed });
  if (sought === undefined) throw new Error('nothing is sought for the sample call');
  return sought;
}

/** What is found at each door, as `concludeSearch` sorts it. */
function findAll(records: readonly unknown[], sought: SoughtAccess): readonly GrantingChange[] {
  return listDoors(sought)
    .flatMap(({ eventNames }) => {
      const named = records.filter((record) => !isJsonObject(record) || isNamed(record, eventNames));
      return findGrantingChange(named, sought) ?? [];
    })
    .toSorted((left, right) => Date.parse(right.eventTime) - Date.parse(left.eventTime));
}

function isNamed(record: Record<string, unknown>, eventNames: readonly string[]): boolean {
  return 'CloudTrailEvent' in record || eventNames.includes(String(record['eventName']));
}

describe('who let a caller in', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { given, expected }) => {
    const sought = seek({ ...CALL, ...given.call }, given.removed);
    const found = findAll(given.records.map(complete), sought);
    expect(found.map(({ eventID, match, sid, door }) => ({ eventID, match, sid, door }))).toEqual(expected);
  });

  it('is told with the session behind the grant, also in the form that LookupEvents answers', () => {
    const grant = {
      ...COMMON,
      ...(CASES[0]?.given.records[0] as Record<string, unknown>),
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/admin/eve',
        sessionContext: {
          sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/admin' },
          attributes: { mfaAuthenticated: 'false', creationDate: '2026-10-01T09:00:00Z' },
        },
      },
      sessionCredentialFromConsole: 'true',
    };
    const sought = seek({ ...CALL, ...CASES[0]?.given.call });
    const found = findGrantingChange([{ CloudTrailEvent: JSON.stringify(grant) }], sought);
    expect(found).toMatchObject({
      by: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/admin', sessionName: 'eve' },
      session: {
        mfa: 'notUsed',
        consoleLogin: 'yes',
        startTime: '2026-10-01T09:00:00Z',
        sourceIPAddress: '198.51.100.7',
      },
    });
  });
});

describe('nothing is sought', () => {
  const unsought: readonly (readonly [string, Record<string, unknown>])[] = [
    ['for a call that failed', { errorCode: 'AccessDenied' }],
    ['for a caller that the record does not name', { userIdentity: { type: 'New' } }],
    ['for a call without a time', { eventTime: undefined }],
    ['for a function that can not exist', { resources: [{ ARN: `${FUNCTION_ARN} x` }] }],
  ];
  it.each(unsought)('%s', (_name, changes) => {
    const invocation = parseInvocation({ ...CALL, ...changes });
    if (invocation.kind !== 'invocation') throw new Error('the sample call is no call');
    const caller = identifyCaller(invocation);
    expect(seekAccess({ invocation, caller, removed: [] })).toBeUndefined();
  });
});

describe('the finder', () => {
  const TIMES = ['2026-10-01T10:00:00Z', '2026-10-01T12:00:00Z', '2026-10-01T12:00:01Z', 'never', undefined];
  const NAMES = ['thumbnailer', 'thumbnailer2', FUNCTION_ARN, `${FUNCTION_ARN}:live`, '', undefined];
  const ACTORS = [
    COMMON.userIdentity,
    ...listGuardRoleArns(PLACE).map((arn) => ({
      type: 'AssumedRole',
      sessionContext: { sessionIssuer: { arn } },
    })),
  ];
  const samples = CASES.flatMap(({ given }) => given.records.map((record) => ({ record, given })));

  it("never names the guard's own role, a later or failed change, or another function's", () => {
    let named = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = createDice(seed);
        const pick = <T>(list: readonly T[]): T | undefined => list[dice(list.length)];
        const sample = pick(samples);
        const call = { ...CALL, ...sample?.given.call };
        const records = Array.from({ length: 1 + dice(4) }, () => {
          const drawn = complete(pick([sample, pick(samples)])?.record);
          if (!isJsonObject(drawn)) return drawn;
          return {
            ...drawn,
            ...(dice(2) === 0 ? { eventTime: pick(TIMES) } : {}),
            ...(dice(3) === 0 ? { userIdentity: pick(ACTORS) } : {}),
            ...(dice(4) === 0 ? { errorCode: 'AccessDenied' } : {}),
            ...(dice(3) === 0 ? { requestParameters: { functionName: pick(NAMES) } } : {}),
          };
        });
        const sought = seek(call, sample?.given.removed);
        const found = findGrantingChange(records, sought);
        if (found === undefined) return;
        named += 1;
        expect(Date.parse(found.eventTime)).toBeLessThanOrEqual(Date.parse(CALL.eventTime));
        if (found.by.kind === 'role') expect(listGuardRoleArns(PLACE)).not.toContain(found.by.roleArn);
        const source = records
          .filter(isJsonObject)
          .filter((record) => record['eventID'] === found.eventID && record['eventTime'] === found.eventTime);
        expect(source.some((record) => record['errorCode'] === undefined)).toBe(true);
        expect(source.some((record) => JSON.stringify(record).match(/thumbnailer(?!2)/) !== null)).toBe(true);
      }),
      { seed: 8, numRuns: 2_000 },
    );
    expect(named).toBeGreaterThan(200);
  });

  it('takes whatever it is given', () => {
    const sought = seek({ ...CALL, ...CASES[0]?.given.call });
    const dice = createDice(2);
    for (let run = 0; run < 2_000; run += 1) {
      const sample = complete(samples[dice(samples.length)]?.record);
      if (!isJsonObject(sample)) continue;
      const mutated = mutateRecord(sample, dice);
      expect(() => findGrantingChange([mutated], sought)).not.toThrow();
    }
  });
});

const REAL = '../shared/records';
const describeReal = existsSync(REAL) ? describe : describe.skip;

describeReal('real records of grants to everybody', () => {
  const readGrants = (file: string): readonly Record<string, unknown>[] =>
    readFileSync(join(REAL, file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ eventName }) => eventName === 'AddPermission20150331v2');

  it.each(['invictus.ndjson', 'stratus.ndjson'])('tell who let a stranger in: %s', (file) => {
    const grants = readGrants(file);
    expect(grants).toHaveLength(1);
    for (const grant of grants) {
      const answered = JSON.parse((grant['responseElements'] as { statement: string }).statement);
      const { Resource: functionArn, Sid: sid } = answered as { Resource: string; Sid: string };
      const call = {
        ...CALL,
        userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::999900001111:user/mallory' },
        requestParameters: { functionName: functionArn },
        resources: [{ ARN: functionArn }],
      };
      const found = findGrantingChange([grant], seek(call, [answered]));
      expect(found).toMatchObject({
        match: 'sid',
        sid,
        eventID: grant['eventID'],
        by: { kind: 'user', userArn: (grant['userIdentity'] as { arn: string }).arn },
        session: { mfa: 'untold', startTime: null, sourceIPAddress: grant['sourceIPAddress'] },
      });
    }
  });

  it('that were denied let nobody in', () => {
    const denied = readGrants('traildiscover.ndjson');
    expect(denied).toHaveLength(1);
    const sought = seek({ ...CALL, ...CASES[0]?.given.call });
    expect(findGrantingChange(denied, sought)).toBeUndefined();
  });
});

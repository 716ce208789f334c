import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { listInvokers } from '../../../core/allowlist/allowlist.ts';
import { judgeChange } from '../../../core/change/change-decision.ts';
import { parseChange } from '../../../core/change/change-record.ts';
import { nameGuard } from '../../../core/guard.ts';
import { isJsonObject } from '../../../core/json.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { printSafely } from '../../../core/text.ts';
import { createDice } from '../../arbitraries/dice.ts';
import { mutateRecord } from '../../arbitraries/record-mutation.ts';
import { CHANGE_ALLOWLIST } from './allowlist.ts';

interface Case {
  readonly name: string;
  /** Handwritten: what differs from `COMMON`, or a whole EventBridge event. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly succeeded?: boolean;
  readonly expected: {
    readonly verdict: string;
    readonly says?: string;
    readonly functionArn: string | null;
    readonly qualifier: string | null;
  };
}

const CASES = ['changes', 'identities', 'guard-parts'].flatMap(
  (file) => JSON.parse(readFileSync(`test/cases/change/${file}.json`, 'utf8')) as readonly Case[],
);

const COMMON = {
  eventID: 'c1',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
  responseElements: null,
};

function complete(given: Case['given']): unknown {
  return 'detail-type' in given ? given : { ...COMMON, ...given };
}

describe('a change', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { given, succeeded, expected }) => {
    const change = parseChange(complete(given));
    if (change.kind !== 'change') {
      expect(change.kind).toBe(expected.verdict);
      return;
    }
    const { verdict, reason } = judgeChange(change, CHANGE_ALLOWLIST);
    expect({ verdict, functionArn: change.functionArn, qualifier: change.qualifier }).toEqual({
      verdict: expected.verdict,
      functionArn: expected.functionArn,
      qualifier: expected.qualifier,
    });
    expect(reason).toContain(expected.says ?? '');
    expect(change.errorCode === null).toBe(succeeded ?? true);
  });

  it('names who made it, as the caller of a call is named', () => {
    expect(parseChange(complete(CASES[0]?.given ?? {}))).toMatchObject({
      actor: { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/mallory' },
    });
  });
});

const BILLING = 'arn:aws:lambda:eu-west-1:111122223333:function:billing';

describe('a policy that the guard wrote', () => {
  const guarded = CHANGE_ALLOWLIST.functions[2];
  const plan = planContainment({
    policy: null,
    resourceArn: BILLING,
    entries: guarded === undefined ? [] : listInvokers(CHANGE_ALLOWLIST, guarded),
    now: Date.parse(COMMON.eventTime),
    guardId: nameGuard('111122223333', 'eu-west-1').guardId,
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
  });
  const guards = plan.kind === 'replace' ? plan.policy.Statement : [];
  const judge = (...statements: readonly unknown[]) => {
    const change = parseChange({
      ...COMMON,
      eventName: 'PutResourcePolicy',
      requestParameters: { resourceArn: BILLING, policy: JSON.stringify({ Statement: statements }) },
    });
    return change.kind === 'change' ? judgeChange(change, CHANGE_ALLOWLIST).verdict : change.kind;
  };
  const everybody = {
    Sid: 'x',
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:InvokeFunction',
    Resource: BILLING,
  };

  it('lets nobody in who is not listed', () => {
    expect(guards.length).toBeGreaterThan(1);
    expect(judge(...guards)).toBe('neutral');
  });

  it('is tampered with where one statement is left out, or says something else', () => {
    expect(judge(...guards.slice(1))).toBe('tampers');
    expect(judge({ ...guards[0], Condition: {} }, ...guards.slice(1))).toBe('tampers');
  });

  it.each([
    ['lists', '['.repeat(9_000), ']'.repeat(9_000)],
    ['objects', '{"a":'.repeat(15_000), `1${'}'.repeat(15_000)}`],
  ])('opens where %s stand in each other deeper than anybody can go down into', (_what, open, close) => {
    const policy = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":${open}${close}}]}`;
    const change = parseChange({
      ...COMMON,
      eventName: 'PutResourcePolicy',
      errorCode: 'InvalidParameterValueException',
      requestParameters: { resourceArn: BILLING, policy },
    });
    expect(change.kind === 'change' ? judgeChange(change, CHANGE_ALLOWLIST) : change).toMatchObject({
      verdict: 'opens',
      reason: expect.stringContaining('does not hold the new policy in a form that can be read'),
    });
  });

  it('opens where a guard is left out beside a grant for everybody', () => {
    expect(judge(...guards.slice(1), everybody)).toBe('opens');
  });
});

/** Records of other people, where they lie beside the checkout. */
const REAL = '../shared/records';
const real = (existsSync(REAL) ? readdirSync(REAL) : [])
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => readFileSync(join(REAL, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Record<string, unknown>);

(real.length === 0 ? describe.skip : describe)('real records', () => {
  /** The same list, for the functions that the records are about. */
  const allowlist = {
    ...CHANGE_ALLOWLIST,
    functions: [
      ...CHANGE_ALLOWLIST.functions,
      {
        pointer: '/functions/3',
        selector: { kind: 'glob', glob: '*' } as const,
        mode: 'observe' as const,
        invokers: [],
      },
    ],
  };
  const judged = real.flatMap((record) => {
    const change = parseChange(record);
    if (change.kind !== 'change') return [];
    const { verdict } = judgeChange(change, allowlist);
    const outcome = change.errorCode === null ? 'succeeded' : 'failed';
    return [{ verdict, text: `${change.eventName} ${verdict} ${outcome}`, change }];
  });
  const count = (text: string) => judged.filter((one) => one.text === text).length;

  it('tell the backdoor of stratus red team, the attempts that were refused, and what took access away', () => {
    expect(count('AddPermission20150331v2 opens succeeded')).toBe(2);
    expect(count('AddPermission20150331v2 opens failed')).toBe(1);
    expect(count('RemovePermission20150331v2 closes succeeded')).toBe(1);
    expect(count('CreateFunctionUrlConfig opens failed')).toBe(1);
    expect(count('CreateEventSourceMapping20150331 opens failed')).toBe(1);
    expect(count('UpdateEventSourceMapping20150331 opens failed')).toBe(1);
    expect(count('DeleteFunction20150331 closes succeeded')).toBe(2);
    expect(count('UpdateFunctionCode20150331v2 neutral succeeded')).toBe(3);
    expect(count('UpdateFunctionConfiguration20150331v2 neutral succeeded')).toBe(1);
  });

  it('name the function and who did it wherever they can', () => {
    expect(
      judged.find(({ text }) => text === 'AddPermission20150331v2 opens succeeded')?.change,
    ).toMatchObject({
      functionArn: 'arn:aws:lambda:us-east-1:123837392027:function:stratus-red-team-backdoor-f-func',
      qualifier: null,
      actor: { kind: 'user', userArn: 'arn:aws:iam::123837392027:user/bert-jan' },
    });
  });
});

describe('a change that was mutated anywhere', () => {
  const records = [...CASES.map(({ given }) => complete(given)), ...real];
  it('ends as a verdict with a reason that is safe to print, a skip or a rejection', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(fc.nat(records.length - 1), fc.nat(), (index, seed) => {
        const change = parseChange(mutateRecord(records[index], createDice(seed)));
        expect(['change', 'skipped', 'rejected']).toContain(change.kind);
        if (change.kind !== 'change') return;
        // What threads hand over is a copy.
        expect(structuredClone(change)).toEqual(change);
        const { verdict, reason } = judgeChange(change, CHANGE_ALLOWLIST);
        expect(reason).toBe(printSafely(reason));
        ends.add(verdict);
      }),
      { seed: 20261121, numRuns: 5000 },
    );
    expect([...ends].sort()).toEqual(['closes', 'neutral', 'opens', 'tampers']);
  });

  it('reads the same statement from the answer and from the request', () => {
    const grants = CASES.filter(({ given }) => {
      const { requestParameters } = given;
      return isJsonObject(requestParameters) && requestParameters['principal'] !== undefined;
    });
    expect(grants.length).toBeGreaterThan(2);
    for (const { given } of grants) {
      const asked = parseChange(complete(given));
      const statement =
        asked.kind === 'change' && asked.action.kind === 'grant' ? asked.action.statement : null;
      const answered = parseChange({
        ...COMMON,
        ...given,
        responseElements: { statement: JSON.stringify(statement) },
      });
      expect(answered).toEqual(asked);
    }
  });
});

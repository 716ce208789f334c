import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Allowlist, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { type Caller, identifyCaller } from '../../../core/caller/caller.ts';
import { composeCallerKey, describeCaller } from '../../../core/caller/description.ts';
import type { Entrance } from '../../../core/record/entrance.ts';
import { type LambdaInvocation, parseInvocation } from '../../../core/record/invocation.ts';
import { decideInvocation } from '../../../core/verdict/decision.ts';

/** Who called, and under which entries. The names of the cases, read in a row, say who the caller of a record is. */
interface CallerCase {
  readonly name: string;
  /** What the record, written by hand, is like. */
  readonly imitates: string;
  /** What the record has beside the fields that all of them have. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** Default: not looked at. */
  readonly entrance?: Entrance;
  /** Each by itself, as the only entry of the function. */
  readonly authorizedBy: readonly UnplacedEntry[];
  readonly unauthorizedBy: readonly UnplacedEntry[];
  readonly undeterminedBy?: readonly UnplacedEntry[];
}

type UnplacedEntry = Omit<InvokerEntry, 'pointer'>;

const CASES = 'test/cases/caller';
const COMMON = {
  eventVersion: '1.11',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'aws-cli/2',
  eventID: '00000000-0000-4000-8000-00000000c0de',
  eventType: 'AwsApiCall',
  resources: [
    {
      accountId: '111122223333',
      type: 'AWS::Lambda::Function',
      ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
    },
  ],
  recipientAccountId: '111122223333',
  eventCategory: 'Data',
};

function list(entries: readonly UnplacedEntry[]): Allowlist {
  const invokers = entries.map((entry) => ({ ...entry, pointer: '/functions/0/invokers/0' }) as InvokerEntry);
  const guarded = {
    pointer: '/functions/0',
    selector: { kind: 'name', name: 'thumbnailer' },
    mode: 'enforce',
    invokers,
  } as const;
  return {
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    functions: [guarded],
    breakGlass: [],
  };
}

function parseCall(record: unknown): LambdaInvocation {
  const parsed = parseInvocation(record);
  if (parsed.kind !== 'invocation') throw new Error(`no invocation: ${parsed.reason}`);
  return parsed;
}

describe.each(readdirSync(CASES))('who is the caller, %s', (file) => {
  const cases = JSON.parse(readFileSync(join(CASES, file), 'utf8')) as readonly CallerCase[];
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, expected) => {
    const invocation = parseCall({ ...COMMON, ...expected.record });
    const caller = identifyCaller(invocation);
    expect(caller).toEqual(expected.caller);
    if (expected.entrance !== undefined) expect(invocation.entrance).toBe(expected.entrance);
    const judge = (entry: UnplacedEntry): string =>
      `${decideInvocation(invocation, caller, list([entry])).verdict} by ${JSON.stringify(entry)}`;
    const { authorizedBy, unauthorizedBy, undeterminedBy = [] } = expected;
    expect([...authorizedBy, ...unauthorizedBy, ...undeterminedBy].map(judge)).toEqual([
      ...authorizedBy.map((entry) => `authorized by ${JSON.stringify(entry)}`),
      ...unauthorizedBy.map((entry) => `unauthorized by ${JSON.stringify(entry)}`),
      ...undeterminedBy.map((entry) => `undetermined by ${JSON.stringify(entry)}`),
    ]);
    // Whoever can be named is unauthorized where nobody is listed, and whoever can not is not blamed.
    expect(decideInvocation(invocation, caller, list([])).verdict).toBe(
      caller.kind === 'unknown' ? 'undetermined' : 'unauthorized',
    );
    expect(describeCaller(caller)).not.toContain('undefined');
    expect(composeCallerKey(caller)).not.toContain('undefined');
  });
});

const REAL = '../shared/records';

// Real records stay where they lie: their licences do not let them be copied.
(existsSync(REAL) ? describe : describe.skip)(
  'the callers of real records (skipped without ../shared/records)',
  () => {
    const read = (file: string): readonly unknown[] =>
      readFileSync(join(REAL, file), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);

    it('of Step Functions and EventBridge', () => {
      const calls = read('cyyeap_blog_invoke.ndjson').map(parseInvocation);
      expect(calls.map((call) => (call.kind === 'invocation' ? identifyCaller(call) : call))).toEqual([
        {
          kind: 'role',
          roleArn: 'arn:aws:iam::012345679012:role/My-RoleName-1746R4C1N6UFS',
          sessionName: 'wozynIhxRGfTvfRlXhHKONdyrIaAmRyN',
          invokedBy: 'states.amazonaws.com',
        },
        {
          kind: 'service',
          service: 'events.amazonaws.com',
          sourceArn: 'arn:aws:events:us-east-1:012345679012:rule/my-rule-name-VMA1FQWKHEIL',
          sourceAccount: '012345679012',
        },
        { kind: 'skipped', reason: 'invokeExecution', detail: 'InvokeExecution' },
      ]);
      const name = 'arn:aws:lambda:us-east-1:012345679012:function:my-function-name';
      expect(calls.slice(0, 2)).toMatchObject([
        { functionArn: name, qualifier: null },
        { functionArn: name, qualifier: 'live' },
      ]);
    });

    it('of a user and of a function URL', () => {
      const calls = read('stackd_captures.ndjson').map(parseCall);
      expect(calls.map(identifyCaller)).toEqual([
        { kind: 'user', userArn: 'arn:aws:iam::111111111111:user/owned-account-caller' },
        { kind: 'anonymous' },
      ]);
      expect(calls.map(({ entrance }) => entrance)).toEqual(['api', 'functionUrl']);
    });

    it.each(['invictus.ndjson', 'stratus.ndjson', 'traildiscover.ndjson'])(
      'of %s are no matter: none of them is a call of a function',
      (file) => {
        const kinds = new Set(read(file).map((record) => parseInvocation(record).kind));
        expect([...kinds]).toEqual(['skipped']);
      },
    );
  },
);

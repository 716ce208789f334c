import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import type { Allowlist, FunctionEntry, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { identifyCaller } from '../../../core/caller/caller.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { decideInvocation } from '../../../core/verdict/decision.ts';
import { type Explanation, explainDecision } from '../../../core/verdict/explanation.ts';
import { FUNCTION_ARN, invokerEntries, OTHER, OWN } from '../../arbitraries/policy-world.ts';

interface Case {
  readonly name: string;
  readonly given: { readonly record: unknown; readonly functions: readonly FunctionEntry[] };
  readonly expected: Readonly<Record<string, unknown>>;
}

const CASES = JSON.parse(readFileSync('test/cases/explanation/records.json', 'utf8')) as readonly Case[];

function composeAllowlist(
  functions: readonly FunctionEntry[],
  breakGlass: readonly InvokerEntry[] = [],
): Allowlist {
  return { version: 1, trail: { functions: 'all' }, alerts: { emails: [] }, functions, breakGlass };
}

/** The explanation in the short words of the case files. */
function abridge(explanation: Explanation): Record<string, unknown> {
  const { kind, envelope } = explanation;
  if (explanation.kind === 'changed') return { outcome: kind, envelope, ...explanation.decision };
  if (explanation.kind !== 'judged') return { outcome: kind, envelope, reason: explanation.record.reason };
  const { functions, invokers, decision, nearest } = explanation;
  return {
    ...explanation,
    outcome: kind,
    functions: functions.map(({ entry, outcome, why }) => `${entry.pointer} ${outcome}: ${why}`),
    invokers: invokers.map(
      ({ entry, match, expiry, outcome }) => `${entry.pointer} ${match.kind} ${expiry} ${outcome}`,
    ),
    verdict: decision.verdict,
    nearest: nearest === null ? null : `${nearest.entry.pointer}: ${nearest.why}`,
  };
}

describe('explainDecision', () => {
  it.each(CASES.map((one) => [one.name, one] as const))('%s', (_name, { given, expected }) => {
    expect(abridge(explainDecision(given.record, composeAllowlist(given.functions)))).toMatchObject(expected);
  });

  it('asks the resolved mappings for the source of an event source mapping', () => {
    const mapping = `arn:aws:lambda:eu-west-1:${OWN}:event-source-mapping:m1`;
    const queue = `arn:aws:sqs:eu-west-1:${OWN}:orders`;
    const entry = {
      pointer: '/functions/0/invokers/0',
      kind: 'eventSourceMapping',
      eventSourceMapping: queue,
    } as const;
    const guarded = {
      pointer: '/functions/0',
      selector: { kind: 'arn', arn: FUNCTION_ARN },
      mode: 'enforce',
      invokers: [entry],
    } as const;
    const record = {
      eventSource: 'lambda.amazonaws.com',
      eventName: 'Invoke',
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      requestParameters: { sourceArn: mapping },
      resources: [{ ARN: FUNCTION_ARN }],
    };
    const allowlist = composeAllowlist([guarded]);
    expect(abridge(explainDecision(record, allowlist))['verdict']).toBe('undetermined');
    expect(abridge(explainDecision(record, allowlist, new Map([[mapping, queue]])))['verdict']).toBe(
      'authorized',
    );
  });

  it('says of any record what decideInvocation says, with the very same entries', () => {
    const verdicts = new Set<string>();
    const selector = fc.constantFrom<FunctionEntry['selector']>(
      { kind: 'arn', arn: FUNCTION_ARN },
      { kind: 'name', name: 'thumbnailer' },
      { kind: 'glob', glob: 'thumb*' },
      { kind: 'glob', glob: 'orders-*' },
    );
    const allowlist = fc
      .tuple(fc.array(fc.tuple(selector, invokerEntries()), { maxLength: 4 }), invokerEntries())
      .map(([drawn, breakGlass]) =>
        composeAllowlist(
          drawn.map(([one, invokers], index) => ({
            pointer: `/functions/${index}`,
            selector: one,
            mode: 'enforce',
            invokers,
          })),
          breakGlass,
        ),
      );
    fc.assert(
      fc.property(record(), allowlist, (input, list) => {
        const parsed = parseInvocation(input);
        const explanation = explainDecision(input, list);
        if (parsed.kind !== 'invocation') {
          expect(explanation).toMatchObject({ kind: parsed.kind, record: parsed });
          return;
        }
        const caller = identifyCaller(parsed);
        const decision = decideInvocation(parsed, caller, list);
        verdicts.add(decision.verdict);
        if (explanation.kind !== 'judged') throw new Error(`not judged: ${explanation.kind}`);
        expect([explanation.invocation, explanation.caller]).toEqual([parsed, caller]);
        expect(explanation.decision).toEqual(decision);
        const won = explanation.functions.filter(({ outcome }) => outcome === 'won');
        expect(won.map(({ entry }) => entry)).toEqual(decision.guarded === null ? [] : [decision.guarded]);
        const decided = explanation.invokers.filter(({ outcome }) => outcome === 'decided');
        expect(decided.map(({ entry }) => entry)).toEqual(decision.entry === null ? [] : [decision.entry]);
        expect(
          decided.every(({ match, expiry }) => match.kind === 'match' && /never|live/.test(expiry)),
        ).toBe(true);
        // Where nobody is listed, no step may look as if somebody were.
        const listed = explanation.invokers.some(
          ({ match, expiry }) => match.kind === 'match' && (expiry === 'never' || expiry === 'live'),
        );
        expect(listed).toBe(decision.verdict === 'authorized');
        if (decision.nearest !== null) expect(explanation.nearest?.entry).toBe(decision.nearest);
      }),
      { numRuns: 1000 },
    );
    expect([...verdicts].sort()).toEqual(['authorized', 'unauthorized', 'undetermined', 'unguarded']);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (input) => {
        expect(['rejected', 'skipped', 'judged']).toContain(
          explainDecision(input, composeAllowlist([])).kind,
        );
      }),
    );
  });
});

/** Records of a small world, in which callers meet entries, and any of whose fields may be broken. */
function record(): fc.Arbitrary<unknown> {
  const account = fc.constantFrom(OWN, OTHER);
  const identity = fc.oneof(
    fc
      .constantFrom('s3.amazonaws.com', 'sns.amazonaws.com', 'lambda.amazonaws.com')
      .map((invokedBy) => ({ type: 'AWSService', invokedBy })),
    fc.tuple(account, fc.constantFrom('ci', 'ops', 'team/ci')).map(([id, name]) => ({
      type: 'AssumedRole',
      sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${id}:role/${name}` } },
    })),
    account.map((id) => ({ type: 'IAMUser', arn: `arn:aws:iam::${id}:user/ops` })),
    account.map((accountId) => ({ type: 'AWSAccount', accountId })),
    fc.constant({ type: 'AWSAccount', principalId: 'Anonymous' }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const parameters = fc.oneof(
    fc.record(
      {
        functionName: fc.constantFrom('thumbnailer', 'thumbnailer:live', FUNCTION_ARN, 'a b'),
        qualifier: fc.constantFrom('live', '3'),
        sourceArn: fc.constantFrom('arn:aws:s3:::uploads', `arn:aws:sns:eu-west-1:${OWN}:orders`),
        sourceAccount: account,
      },
      { requiredKeys: [] },
    ),
    fc.constant(null),
  );
  const call = fc.record(
    {
      eventSource: fc.constant('lambda.amazonaws.com'),
      eventName: fc.constantFrom('Invoke', 'Invoke', 'Invoke20150331', 'InvokeExecution'),
      eventTime: fc.constantFrom('2026-11-19T00:00:00Z', '2026-11-21T00:00:00Z', 'yesterday'),
      awsRegion: fc.constant('eu-west-1'),
      recipientAccountId: account,
      userIdentity: identity,
      requestParameters: parameters,
      resources: fc.constantFrom<unknown>([{ ARN: FUNCTION_ARN }], [{ ARN: FUNCTION_ARN }], [], 'x'),
    },
    { requiredKeys: ['eventSource', 'eventName'] },
  );
  return fc.oneof(
    { weight: 6, arbitrary: call },
    { weight: 1, arbitrary: call.map((detail) => ({ 'detail-type': 'call', detail })) },
    { weight: 1, arbitrary: call.map((one) => ({ CloudTrailEvent: JSON.stringify(one) })) },
  );
}

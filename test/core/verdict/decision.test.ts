import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Allowlist, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { type Caller, identifyCaller } from '../../../core/caller/caller.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { decideInvocation, type Verdict } from '../../../core/verdict/decision.ts';

interface Case {
  readonly name: string;
  readonly given: {
    readonly record: unknown;
    readonly invokers: readonly InvokerEntry[];
    readonly breakGlass?: readonly InvokerEntry[];
  };
  readonly expected: {
    readonly caller: Caller;
    readonly verdict: Verdict;
    readonly entry: string | null;
    readonly nearest?: string | null;
    readonly reason?: string;
    readonly functionArn?: string | null;
    readonly qualifier?: string | null;
  };
}

const CASES = 'test/cases/decision';

function composeAllowlist(
  invokers: readonly InvokerEntry[],
  breakGlass: readonly InvokerEntry[] = [],
): Allowlist {
  return {
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    functions: [
      { pointer: '/functions/0', selector: { kind: 'name', name: 'thumbnailer' }, mode: 'enforce', invokers },
    ],
    breakGlass,
  };
}

describe.each(readdirSync(CASES).filter((file) => file.endsWith('.json')))('decideInvocation, %s', (file) => {
  const cases = JSON.parse(readFileSync(join(CASES, file), 'utf8')) as readonly Case[];
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { given, expected }) => {
    const invocation = parseInvocation(given.record);
    if (invocation.kind !== 'invocation') throw new Error(`no invocation: ${invocation.reason}`);
    const caller = identifyCaller(invocation);
    const decision = decideInvocation(invocation, caller, composeAllowlist(given.invokers, given.breakGlass));
    expect(caller).toEqual(expected.caller);
    expect([decision.verdict, decision.entry?.pointer ?? null]).toEqual([expected.verdict, expected.entry]);
    if (expected.nearest !== undefined) expect(decision.nearest?.pointer ?? null).toBe(expected.nearest);
    if (expected.reason !== undefined) expect(decision.reason).toBe(expected.reason);
    if (expected.functionArn !== undefined) expect(invocation.functionArn).toBe(expected.functionArn);
    if (expected.qualifier !== undefined) expect(invocation.qualifier).toBe(expected.qualifier);
  });
});

describe('the decision path', () => {
  it('never throws, and authorizes nobody by an empty allowlist, whatever the record holds', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const record = fc.record(
      {
        eventSource: fc.constant('lambda.amazonaws.com'),
        eventName: fc.constantFrom('Invoke', 'Invoke20150331', 'InvokeAsync'),
        userIdentity: fc.oneof(
          value,
          fc.record({ type: fc.constantFrom('AWSService', 'AssumedRole', 'Root', 'AWSAccount'), arn: value }),
        ),
        requestParameters: value,
        resources: value,
        eventTime: value,
      },
      { requiredKeys: ['eventSource', 'eventName'] },
    );
    fc.assert(
      fc.property(record, (input) => {
        const invocation = parseInvocation(input);
        if (invocation.kind !== 'invocation') return false;
        const decision = decideInvocation(invocation, identifyCaller(invocation), composeAllowlist([]));
        return decision.verdict !== 'authorized';
      }),
    );
  });
});

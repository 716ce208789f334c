import * as fc from 'fast-check';
import type { FunctionEntry, InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import { judgeGrant, judgePolicy } from '../../../core/change/policy-judgement.ts';
import { findOpenWays } from '../../../core/plan/open-way.ts';
import type { PolicyDocument } from '../../../core/policy/document.ts';
import {
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  NOW,
  policyDocument,
  policyStatement,
} from '../../arbitraries/policy-world.ts';

/** A narrowed entry counts as listing its caller; from where it calls is the guards' business. */
const wholeEntries = invokerEntries().map((entries) =>
  entries.map((entry): InvokerEntry => {
    const { narrowing: _, ...whole } = entry;
    return whole;
  }),
);

function placeOf(entries: readonly InvokerEntry[]) {
  const guarded: FunctionEntry = {
    pointer: '/functions/0',
    selector: { kind: 'name', name: 'thumbnailer' },
    mode: 'observe',
    invokers: entries,
  };
  return { resourceArn: FUNCTION_ARN, guarded, entries, now: NOW, guardId: GUARD_ID };
}

/** What the sample callers of `findOpenWays` find for certain, tried one by one on the evaluator. */
function letsStrangersIn(policy: PolicyDocument, entries: readonly InvokerEntry[]): boolean {
  const { guarded: _, ...place } = placeOf(entries);
  const input = {
    ...place,
    policy,
    scope: { kind: 'allowlist' },
    offender: null,
    lever: 'resourcePolicy',
  } as const;
  return findOpenWays(input).some(({ kind }) => kind === 'grant');
}

describe('the judgement of grants and policies', () => {
  it('opens wherever a sample caller who is not listed certainly gets in', () => {
    const met = { strangers: 0, neutral: 0 };
    fc.assert(
      fc.property(policyStatement(), wholeEntries, (statement, entries) => {
        const { verdict } = judgeGrant(statement, placeOf(entries));
        if (verdict === 'neutral') met.neutral += 1;
        if (!letsStrangersIn({ Version: '2012-10-17', Statement: [statement] }, entries)) return;
        met.strangers += 1;
        expect(verdict).toBe('opens');
      }),
      { seed: 8, numRuns: 1500 },
    );
    expect(met.strangers).toBeGreaterThan(100);
    expect(met.neutral).toBeGreaterThan(100);
  });

  it('opens for whole policies too, unless a Deny in them keeps the strangers out', () => {
    let strangers = 0;
    fc.assert(
      fc.property(policyDocument(), wholeEntries, (policy, entries) => {
        if (policy === null || !letsStrangersIn(policy, entries)) return;
        strangers += 1;
        expect(judgePolicy(policy, placeOf(entries)).verdict).toBe('opens');
      }),
      { seed: 8, numRuns: 500 },
    );
    expect(strangers).toBeGreaterThan(50);
  });
});

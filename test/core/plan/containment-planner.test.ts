import type { InvokerEntry } from '../../../core/allowlist/allowlist.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import { authorizeRequest } from '../../../core/evaluator/authorization.ts';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { readGuardSid } from '../../../core/plan/guard-sid.ts';
import { type Doubt, listWitnesses } from '../../../core/plan/witness.ts';
import { canonicalizeContent } from '../../../core/policy/canonical-form.ts';
import type { PolicyStatement } from '../../../core/policy/document.ts';
import { FUNCTION_ARN, GUARD_ID, NOW } from '../../arbitraries/policy-world.ts';
import cases from '../../cases/plan/containment.json' with { type: 'json' };

interface Given {
  readonly statements: readonly PolicyStatement[];
  readonly entries: readonly InvokerEntry[];
  readonly offender?: Caller;
  readonly scope?: 'offender';
  readonly lever?: 'permissions';
  /** When the callers are tried; the plan itself is always made now. */
  readonly at?: string;
}

interface Expected {
  readonly kind: string;
  /** Sids, null for a statement without one. */
  readonly removed: readonly (string | null)[];
  readonly added?: readonly PolicyStatement[];
  readonly served: readonly Caller[];
  readonly refused: readonly Caller[];
}

const CASES = cases as unknown as readonly { name: string; given: Given; expected: Expected }[];

describe('planContainment', () => {
  it.each(CASES)('$name', ({ given, expected }) => {
    const offender = given.offender ?? null;
    const input: PlanInput = {
      policy: { Version: '2012-10-17', Statement: given.statements },
      resourceArn: FUNCTION_ARN,
      entries: given.entries,
      now: NOW,
      guardId: GUARD_ID,
      scope:
        given.scope === 'offender' && offender !== null
          ? { kind: 'offender', offender }
          : { kind: 'allowlist' },
      offender,
      lever: given.lever ?? 'resourcePolicy',
    };
    const plan = planContainment(input);
    expect(plan.kind).toBe(expected.kind);
    if (plan.kind !== 'replace') return;
    expect(plan.removed.map(({ Sid }) => Sid ?? null)).toEqual(expected.removed);
    if (expected.added !== undefined) {
      expect(plan.added.map(canonicalizeContent)).toEqual(expected.added.map(canonicalizeContent));
    }
    for (const statement of plan.added) expect(readGuardSid(statement, GUARD_ID).kind).toBe('ours');
    const atMs = given.at === undefined ? NOW : Date.parse(given.at);
    const ways = (caller: Caller, doubt: Doubt): readonly string[] =>
      listWitnesses(caller, input, atMs, doubt)
        .filter(
          ({ request }) =>
            request.identity === 'allows' ||
            request.principal.kind === 'service' ||
            request.principal.kind === 'anonymous',
        )
        .filter(
          ({ request }) =>
            given.lever === undefined ||
            request.principal.kind === 'service' ||
            request.principal.kind === 'anonymous',
        )
        .filter(({ request }) => request.action === 'lambda:InvokeFunction')
        .map(({ request }) => authorizeRequest(plan.policy, request).kind);
    for (const caller of expected.served)
      expect(new Set(ways(caller, 'everyCombination'))).toEqual(new Set(['allowed']));
    for (const caller of expected.refused) expect(ways(caller, 'knownKeys')).not.toContain('allowed');
  });
});

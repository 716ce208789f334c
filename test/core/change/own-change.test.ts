import * as fc from 'fast-check';
import type { ConfigurationChange } from '../../../core/change/change.ts';
import { parseChange } from '../../../core/change/change-record.ts';
import { traceChange } from '../../../core/change/own-change.ts';
import type { StoredRewrite } from '../../../core/change/stored-writes.ts';
import type { ReplacePlan } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import type { PolicyDocument, PolicyStatement } from '../../../core/policy/document.ts';
import {
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  NOW,
  policyDocument,
} from '../../arbitraries/policy-world.ts';

const ROLE = 'arn:aws:iam::111122223333:role/invokeguard-remediator-eu-west-1';

function record(eventName: string, given: Readonly<Record<string, unknown>>): ConfigurationChange {
  const change = parseChange({
    eventID: 'e',
    eventTime: new Date(NOW + 1_000).toISOString(),
    eventSource: 'lambda.amazonaws.com',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: ROLE } } },
    eventName,
    ...given,
  });
  if (change.kind !== 'change') throw new Error(`no change: ${change.reason}`);
  return change;
}

function put(statements: readonly PolicyStatement[]): ConfigurationChange {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return record('PutResourcePolicy', { requestParameters: { resourceArn: FUNCTION_ARN, policy } });
}

function store(before: PolicyDocument | null, { removed, added }: ReplacePlan): StoredRewrite {
  return { before, removed, added, storedTime: new Date(NOW).toISOString(), state: 'standing' };
}

function trace(change: ConfigurationChange, rewrites: readonly StoredRewrite[]): string {
  return traceChange(change, { rewrites, disablingMs: null, restored: null }, [ROLE], 'enforce');
}

/** A policy, and what the guard makes of it; where it makes nothing, the world is drawn again. */
const planned = (lever: 'resourcePolicy' | 'permissions') =>
  fc
    .tuple(policyDocument(), invokerEntries())
    .map(([before, entries]) => {
      const plan = planContainment({
        policy: before,
        resourceArn: FUNCTION_ARN,
        entries,
        now: NOW,
        guardId: GUARD_ID,
        scope: { kind: 'allowlist' },
        offender: null,
        lever,
      });
      return { before, plan };
    })
    .filter(
      (one): one is { before: PolicyDocument | null; plan: ReplacePlan } => one.plan.kind === 'replace',
    );

describe('whatever the guard plans', () => {
  it('is known again when it is put as a whole policy, in any order, and of no known origin without the ledger', () => {
    fc.assert(
      fc.property(planned('resourcePolicy'), ({ before, plan }) => {
        const stored = [store(before, plan)];
        expect(trace(put([...plan.policy.Statement].reverse()), stored)).toBe('ledger');
        expect(trace(put(plan.policy.Statement), [])).toBe('guardRoleAlone');
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('is not what is put with one statement less, one more, or one that says something else', () => {
    fc.assert(
      fc.property(planned('resourcePolicy'), fc.nat(), ({ before, plan }, pick) => {
        const stored = [store(before, plan)];
        const statements = plan.policy.Statement;
        const index = pick % Math.max(1, statements.length);
        const others = statements.filter((_, at) => at !== index);
        const stranger = { Sid: 'stranger', Effect: 'Allow', Principal: '*', Action: 'lambda:*' };
        const repeated = statements.filter(
          (one) => JSON.stringify(one) === JSON.stringify(statements[index]),
        );
        if (repeated.length === 1) expect(trace(put(others), stored)).toBe('guardRoleAlone');
        expect(trace(put([...statements, stranger]), stored)).toBe('guardRoleAlone');
        expect(trace(put([...others, { ...statements[index], Resource: '*' }]), stored)).toBe(
          'guardRoleAlone',
        );
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('is known again grant by grant, and what a stranger calls the same is not', () => {
    fc.assert(
      fc.property(planned('permissions'), ({ before, plan }) => {
        const stored = [store(before, plan)];
        for (const statement of plan.added) {
          const added = { responseElements: { statement: JSON.stringify(statement) } };
          const requestParameters = { functionName: FUNCTION_ARN };
          expect(trace(record('AddPermission20150331v2', { ...added, requestParameters }), stored)).toBe(
            'ledger',
          );
          const wider = { ...statement, Principal: '*', Condition: {} };
          const widened = { responseElements: { statement: JSON.stringify(wider) }, requestParameters };
          expect(trace(record('AddPermission20150331v2', widened), stored)).toBe('guardRoleAlone');
        }
        for (const { Sid } of plan.removed) {
          const requestParameters = { functionName: FUNCTION_ARN, statementId: Sid };
          expect(trace(record('RemovePermission20150331v2', { requestParameters }), stored)).toBe('ledger');
        }
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });
});

describe('a policy that the record does not hold', () => {
  it.each([
    ['while a rewrite of exactly this policy is under way', true, 'ledger'],
    ['while none is', false, 'guardRoleAlone'],
  ])("passes for the guard's role %s", (_name, underWay, origin) => {
    const rewrite: StoredRewrite = {
      before: null,
      removed: [],
      added: [],
      storedTime: new Date(NOW).toISOString(),
      state: 'standing',
    };
    const change = record('PutResourcePolicy', { requestParameters: { resourceArn: FUNCTION_ARN } });
    expect(trace(change, underWay ? [rewrite] : [])).toBe(origin);
    const userIdentity = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' };
    const byOther = record('PutResourcePolicy', {
      requestParameters: { resourceArn: FUNCTION_ARN },
      userIdentity,
    });
    expect(trace(byOther, [rewrite])).toBe('others');
  });
});

describe('a rewrite that was overtaken', () => {
  const policy = (sid: string): PolicyStatement => ({
    Sid: sid,
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
  });
  const rewrite = (sid: string, atMs: number, state: StoredRewrite['state']): StoredRewrite => ({
    before: null,
    removed: [],
    added: [policy(sid)],
    storedTime: new Date(atMs).toISOString(),
    state,
  });

  it.each([
    ['explains nothing any more once another stands', 'standing', 'guardRoleAlone'],
    ['still does where the other one was undone', 'undone', 'ledger'],
  ] as const)('%s', (_name, state, origin) => {
    const first = rewrite('first', NOW - 60_000, 'undone');
    const second = rewrite('second', NOW - 30_000, state);
    expect(trace(put([policy('first')]), [first, second])).toBe(origin);
    expect(trace(put([policy('second')]), [first, second])).toBe('ledger');
  });
});

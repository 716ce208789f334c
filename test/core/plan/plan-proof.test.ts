import * as fc from 'fast-check';
import type { PlanInput } from '../../../core/plan/containment-plan.ts';
import { planContainment } from '../../../core/plan/containment-planner.ts';
import { provePlan } from '../../../core/plan/plan-proof.ts';
import {
  anyCaller,
  FUNCTION_ARN,
  GUARD_ID,
  invokerEntries,
  judgeListing,
  NOW,
  policyDocument,
} from '../../arbitraries/policy-world.ts';

const BROAD = {
  Sid: 'broad',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};
const INPUT: PlanInput = {
  policy: { Version: '2012-10-17', Statement: [BROAD] },
  resourceArn: FUNCTION_ARN,
  entries: [{ pointer: '/functions/0/invokers/0', kind: 'service', service: 's3.amazonaws.com' }],
  now: NOW,
  guardId: GUARD_ID,
  scope: { kind: 'allowlist' },
  offender: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/intruder' },
  lever: 'resourcePolicy',
};

describe('provePlan', () => {
  it('proves every plan that the planner makes against a caller that is not listed', () => {
    fc.assert(
      fc.property(policyDocument(), invokerEntries(), anyCaller(), (policy, entries, offender) => {
        if (judgeListing(entries, offender, NOW) !== 'unlisted') return;
        const input = { ...INPUT, policy, entries, offender };
        const plan = planContainment(input);
        if (plan.kind === 'replace') expect(provePlan(input, plan)).toEqual({ kind: 'proven' });
      }),
      { numRuns: 300 },
    );
  });

  it('refutes a plan that leaves the offender in, shuts out a listed caller, or lets somebody in', () => {
    const plan = planContainment(INPUT);
    if (plan.kind !== 'replace') throw new Error('expected a plan');
    const [broad, ...guards] = plan.policy.Statement;
    const deny = { ...BROAD, Sid: 'all', Effect: 'Deny' };
    expect(provePlan(INPUT, { ...plan, policy: { ...plan.policy, Statement: [broad!] } }).kind).toBe(
      'refuted',
    );
    expect(provePlan(INPUT, { ...plan, policy: { ...plan.policy, Statement: [broad!, deny] } }).kind).toBe(
      'refuted',
    );
    expect(
      provePlan(
        { ...INPUT, policy: null },
        { ...plan, policy: { ...plan.policy, Statement: [broad!, ...guards] } },
      ).kind,
    ).toBe('refuted');
  });
});

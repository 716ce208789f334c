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

  it('proves that a guard of an older allowlist is lifted for a caller that is listed by now', () => {
    const first = planContainment(INPUT);
    if (first.kind !== 'replace') throw new Error('expected a plan');
    const role = 'arn:aws:iam::111122223333:role/intruder';
    const entries = [...INPUT.entries, { pointer: '/functions/0/invokers/1', kind: 'role', role } as const];
    const later = { ...INPUT, policy: first.policy, entries, offender: null };
    const plan = planContainment(later);
    if (plan.kind !== 'replace') throw new Error('expected a plan');
    expect(provePlan(later, plan)).toEqual({ kind: 'proven' });
  });

  it('refutes a guard that shuts out a listed service only where a doubtful key is missing', () => {
    const service = 'config.amazonaws.com';
    const sourceArn = 'arn:aws:config:eu-west-1:111122223333:config-rule/one';
    const entries = [{ pointer: '/functions/0/invokers/0', kind: 'service', service, sourceArn } as const];
    const input = { ...INPUT, entries, offender: null };
    const plan = planContainment(input);
    if (plan.kind !== 'replace') throw new Error('expected a plan');
    expect(provePlan(input, plan)).toEqual({ kind: 'proven' });
    const strict = {
      Effect: 'Deny',
      Principal: '*',
      Action: 'lambda:InvokeFunction',
      Resource: FUNCTION_ARN,
      Condition: {
        StringEquals: { 'aws:PrincipalServiceName': service },
        ArnNotLike: { 'aws:SourceArn': sourceArn },
      },
    };
    const policy = { ...plan.policy, Statement: [...plan.policy.Statement, strict] };
    expect(provePlan(input, { ...plan, policy }).kind).toBe('refuted');
  });
});

import { type Allowlist, EMPTY_ALLOWLIST } from '../../../core/allowlist/allowlist.ts';
import { addHeartbeatTarget } from '../../../core/allowlist/heartbeat-entry.ts';
import { identifyCaller } from '../../../core/caller/caller.ts';
import type { JsonObject } from '../../../core/json.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { type Decision, decideInvocation } from '../../../core/verdict/decision.ts';
import { composeHeartbeatRecord } from '../../containment/heartbeat-world.ts';

/** A file with a glob that takes the heartbeat's target too. */
const GLOB: Allowlist = {
  ...EMPTY_ALLOWLIST,
  functions: [
    { pointer: '/functions/0', selector: { kind: 'glob', glob: '*' }, mode: 'enforce', invokers: [] },
  ],
};

function decide(record: JsonObject, allowlist: Allowlist): Decision {
  const parsed = parseInvocation(record);
  if (parsed.kind !== 'invocation') throw new Error(parsed.reason);
  return decideInvocation(parsed, identifyCaller(parsed), allowlist);
}

describe('the heartbeat’s own call in logs', () => {
  it('is no violation by a glob of the file that takes its target', () => {
    expect(decide(composeHeartbeatRecord('request-1'), GLOB)).toMatchObject({
      verdict: 'unguarded',
      reason: "this is the guard's own heartbeat, of which the file says nothing",
      guarded: null,
    });
  });

  it('is unauthorized by the list that is deployed, which has its entry, also under that glob', () => {
    const { verdict, guarded } = decide(composeHeartbeatRecord('request-1'), addHeartbeatTarget(GLOB));
    expect([verdict, guarded?.pointer, guarded?.mode]).toEqual(['unauthorized', '/heartbeat', 'observe']);
  });

  const role = 'arn:aws:iam::111122223333:role/invokeguard-heartbeat-eu-west-1';
  const byRole = (arn: string): JsonObject => ({
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { type: 'Role', arn } } },
  });
  it.each([
    ['a role of another path', byRole(role.replace('role/', 'role/a/'))],
    ['the role of another account', byRole(role.replace('111122223333', '999988887777'))],
    ['the role of another Region', byRole(role.replace('eu-west-1', 'us-east-1'))],
    [
      'a user of that name',
      { userIdentity: { type: 'IAMUser', arn: role.replace(':role/', ':user/'), accountId: '111122223333' } },
    ],
  ])('is not by %s: the glob counts', (_what, changes) => {
    expect(decide({ ...composeHeartbeatRecord('request-1'), ...changes }, GLOB).verdict).toBe('unauthorized');
  });

  it('is on no other function: the glob counts', () => {
    const other = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
    const record = {
      ...composeHeartbeatRecord('request-1'),
      requestParameters: { functionName: other },
      resources: [{ type: 'AWS::Lambda::Function', ARN: other }],
    };
    expect(decide(record, GLOB).verdict).toBe('unauthorized');
  });
});

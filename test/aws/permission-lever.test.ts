import {
  AddPermissionCommand,
  GetPolicyCommand,
  LambdaClient,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { PresentPolicy } from '../../containment/ports.ts';
import { composeInertGrant } from '../../core/plan/inert-grant.ts';
import type { PolicyStatement } from '../../core/policy/document.ts';
import { composeSdkError } from './sdk-errors.ts';
import { composeGrant, composePlan, composePolicy, composeTarget } from './targets.ts';

const target = composeTarget('f');
const grant = composeGrant(target, 'Broad');
const narrow = composeGrant(target, 'Narrow', 'arn:aws:sns:eu-west-1:111122223333:listed');
const inert = composeInertGrant(target);

function hold(revisionId: string, ...statements: readonly PolicyStatement[]) {
  return { Policy: JSON.stringify(composePolicy(...statements)), RevisionId: revisionId };
}

function holdPresent(
  lever: PresentPolicy['lever'],
  ...statements: readonly PolicyStatement[]
): PresentPolicy {
  return { kind: 'present', policy: composePolicy(...statements), revisionId: 'r1', lever };
}

describe('the permission lever', () => {
  const lambda = mockClient(LambdaClient);
  let store: LambdaPolicyStore;

  beforeEach(() => {
    lambda.reset();
    store = new LambdaPolicyStore(new LambdaClient({ region: 'eu-west-1' }));
  });

  const listCalls = () => lambda.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, ''));

  describe('writePolicy grant by grant', () => {
    const before = holdPresent('permissions', grant);
    const plan = composePlan(before, [narrow], [grant]);

    it('adds the narrow grant first and removes the broad one over the revision that it saw', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetPolicyCommand).resolves(hold('r2', grant, narrow));
      lambda.on(RemovePermissionCommand).resolves({});
      expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
      expect(listCalls()).toEqual(['AddPermission', 'GetPolicy', 'RemovePermission']);
      expect(lambda.call(0).args[0].input).toMatchObject({ StatementId: 'Narrow', RevisionId: 'r1' });
      expect(lambda.call(2).args[0].input).toMatchObject({ StatementId: 'Broad', RevisionId: 'r2' });
    });

    it('takes away an inert grant that a run of the other lever left behind', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetPolicyCommand).resolves(hold('r2', inert, grant, narrow));
      lambda.on(RemovePermissionCommand).resolves({});
      expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
      const removed = lambda
        .commandCalls(RemovePermissionCommand)
        .map((call) => call.args[0].input.StatementId);
      expect(removed).toEqual(['Broad', 'InvokeguardInert']);
    });

    it('removes nothing where the narrow grant was taken away at once', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetPolicyCommand).resolves(hold('r2', grant));
      expect(await store.writePolicy(target, before, plan)).toMatchObject({ kind: 'conflict' });
      expect(listCalls()).not.toContain('RemovePermission');
    });

    it('removes nothing where the Sid names another grant by now', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda
        .on(GetPolicyCommand)
        .resolves(hold('r2', narrow, { ...grant, Principal: { AWS: '444455556666' } }));
      expect(await store.writePolicy(target, before, plan)).toMatchObject({ kind: 'conflict' });
      expect(listCalls()).not.toContain('RemovePermission');
    });

    it('counts a grant that stands already as done', async () => {
      lambda.on(RemovePermissionCommand).resolves({});
      const resumed = holdPresent('permissions', grant, narrow);
      expect(await store.writePolicy(target, resumed, plan)).toEqual({ kind: 'written' });
      expect(listCalls()).toEqual(['RemovePermission']);
    });

    it.each([
      ['PreconditionFailedException', 412],
      ['ResourceConflictException', 409],
    ])('answers conflict to %s', async (name, status) => {
      lambda.on(AddPermissionCommand).rejects(composeSdkError(name, status));
      lambda.on(GetPolicyCommand).resolves(hold('r2', grant));
      expect(await store.writePolicy(target, before, plan)).toMatchObject({ kind: 'conflict' });
    });

    it('answers refused where AWS refuses, and throws where it may pass or is denied', async () => {
      lambda
        .on(AddPermissionCommand)
        .rejectsOnce(composeSdkError('InvalidParameterValueException', 400))
        .rejectsOnce(composeSdkError('TooManyRequestsException', 429))
        .rejects(composeSdkError('AccessDeniedException', 403));
      expect(await store.writePolicy(target, before, plan)).toMatchObject({ kind: 'refused' });
      await expect(store.writePolicy(target, before, plan)).rejects.toMatchObject({ name: 'RetryableError' });
      await expect(store.writePolicy(target, before, plan)).rejects.toMatchObject({
        name: 'PermanentError',
        message: expect.stringContaining('`lambda:AddPermission`'),
      });
    });

    it('refuses before it changes anything where a statement has no Sid to remove it by', async () => {
      const { Sid: _, ...nameless } = grant;
      const odd = composePlan(before, [narrow], [nameless]);
      expect(await store.writePolicy(target, before, odd)).toMatchObject({ kind: 'refused' });
      expect(listCalls()).toEqual([]);
    });
  });
});

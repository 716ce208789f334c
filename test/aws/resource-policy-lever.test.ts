import {
  AddPermissionCommand,
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  LambdaClient,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { AbsentPolicy, PresentPolicy } from '../../containment/ports.ts';
import { composeInertGrant } from '../../core/plan/inert-grant.ts';
import type { PolicyStatement } from '../../core/policy/document.ts';
import { composeSdkError } from './sdk-errors.ts';
import { composeDeny, composeGrant, composePlan, composePolicy, composeTarget } from './targets.ts';

const target = composeTarget('f');
const latest = { ...target, qualifier: '$LATEST' };
const notFound = composeSdkError('ResourceNotFoundException', 404);
const grant = composeGrant(target, 'Broad');
const narrow = composeGrant(target, 'Narrow', 'arn:aws:sns:eu-west-1:111122223333:listed');
const inert = composeInertGrant(target);
const absent: AbsentPolicy = { kind: 'absent', lever: 'resourcePolicy' };

function hold(revisionId: string, ...statements: readonly PolicyStatement[]) {
  return { Policy: JSON.stringify(composePolicy(...statements)), RevisionId: revisionId };
}

function holdPresent(
  lever: PresentPolicy['lever'],
  ...statements: readonly PolicyStatement[]
): PresentPolicy {
  return { kind: 'present', policy: composePolicy(...statements), revisionId: 'r1', lever };
}

describe('the resource policy lever', () => {
  const lambda = mockClient(LambdaClient);
  let store: LambdaPolicyStore;

  beforeEach(() => {
    lambda.reset();
    store = new LambdaPolicyStore(new LambdaClient({ region: 'eu-west-1' }));
  });

  const listCalls = () => lambda.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, ''));

  describe('writePolicy with whole policies', () => {
    const before = holdPresent('resourcePolicy', grant);
    const plan = composePlan(before, [composeDeny(target)], [grant]);

    it('takes one call, over the revision that was read', async () => {
      lambda.on(PutResourcePolicyCommand).resolves({});
      expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
      expect(listCalls()).toEqual(['PutResourcePolicy']);
      expect(lambda.call(0).args[0].input).toEqual({
        ResourceArn: target.functionArn,
        Policy: JSON.stringify(plan.policy),
        RevisionId: 'r1',
      });
    });

    it('deletes a policy that would be empty, over the revision that was read', async () => {
      lambda.on(DeleteResourcePolicyCommand).resolves({});
      expect(await store.writePolicy(target, before, composePlan(before, [], [grant]))).toEqual({
        kind: 'written',
      });
      expect(lambda.call(0).args[0].input).toEqual({ ResourceArn: target.functionArn, RevisionId: 'r1' });
    });

    it.each([
      ['PreconditionFailedException', 412],
      ['ResourceConflictException', 409],
      ['ResourceNotFoundException', 404],
    ])('answers conflict to %s', async (name, status) => {
      lambda.on(PutResourcePolicyCommand).rejects(composeSdkError(name, status));
      lambda.on(GetResourcePolicyCommand).resolves(hold('r2', grant, narrow));
      expect(await store.writePolicy(target, before, plan)).toEqual({
        kind: 'conflict',
        reason: expect.stringContaining(name),
      });
    });

    it('recognizes its own write, whose answer was lost', async () => {
      lambda.on(PutResourcePolicyCommand).rejects(composeSdkError('PreconditionFailedException', 412));
      lambda.on(GetResourcePolicyCommand).resolves(hold('r2', ...plan.policy.Statement));
      expect(await store.writePolicy(target, before, plan)).toEqual({ kind: 'written' });
    });

    it.each([
      ['PolicyLengthExceededException', 400],
      ['InvalidParameterValueException', 400],
      ['PublicPolicyException', 400],
    ])('answers refused to %s', async (name, status) => {
      lambda.on(PutResourcePolicyCommand).rejects(composeSdkError(name, status));
      expect(await store.writePolicy(target, before, plan)).toEqual({
        kind: 'refused',
        reason: expect.stringContaining(name),
      });
    });

    it('wants to be asked again after a throttle, and by a person after a denial', async () => {
      lambda
        .on(PutResourcePolicyCommand)
        .rejectsOnce(composeSdkError('TooManyRequestsException', 429))
        .rejects(composeSdkError('AccessDeniedException', 403));
      await expect(store.writePolicy(target, before, plan)).rejects.toMatchObject({ name: 'RetryableError' });
      await expect(store.writePolicy(target, before, plan)).rejects.toMatchObject({
        name: 'PermanentError',
        message: expect.stringContaining('`lambda:RemovePermission`'),
      });
    });

    it('writes the first policy over an inert grant', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetResourcePolicyCommand).resolves(hold('r9', inert));
      lambda.on(PutResourcePolicyCommand, { RevisionId: 'r9' }).resolves({});
      const first = composePlan(absent, [composeDeny(target)]);
      expect(await store.writePolicy(target, absent, first)).toEqual({ kind: 'written' });
      expect(listCalls()).toEqual(['AddPermission', 'GetResourcePolicy', 'PutResourcePolicy']);
      expect(lambda.call(0).args[0].input).toEqual({
        FunctionName: target.functionArn,
        StatementId: 'InvokeguardInert',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: 'arn:aws:s3:::invokeguard-inert',
        SourceAccount: '000000000000',
      });
    });

    it('uses an inert grant that a run left behind when it died', async () => {
      lambda.on(AddPermissionCommand).rejects(composeSdkError('ResourceConflictException', 409));
      lambda.on(GetResourcePolicyCommand).resolves(hold('r9', inert));
      lambda.on(PutResourcePolicyCommand, { RevisionId: 'r9' }).resolves({});
      const first = composePlan(absent, [composeDeny(target)]);
      expect(await store.writePolicy(target, absent, first)).toEqual({ kind: 'written' });
    });

    it('takes the inert grant back where somebody else granted something', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetResourcePolicyCommand).resolves(hold('r9', inert, grant));
      lambda.on(RemovePermissionCommand).resolves({});
      const first = composePlan(absent, [composeDeny(target)]);
      expect(await store.writePolicy(target, absent, first)).toMatchObject({ kind: 'conflict' });
      expect(listCalls()).toEqual(['AddPermission', 'GetResourcePolicy', 'RemovePermission']);
    });

    it('leaves what a fault may have written alone', async () => {
      lambda.on(AddPermissionCommand).resolves({});
      lambda.on(GetResourcePolicyCommand).resolves(hold('r9', inert));
      lambda.on(PutResourcePolicyCommand).rejects(composeSdkError('TimeoutError'));
      const first = composePlan(absent, [composeDeny(target)]);
      await expect(store.writePolicy(target, absent, first)).rejects.toMatchObject({
        name: 'RetryableError',
      });
      expect(listCalls()).not.toContain('RemovePermission');
    });

    it('uses the inert source of the partition', async () => {
      lambda.on(AddPermissionCommand).rejects(notFound);
      const china = { ...target, functionArn: target.functionArn.replace('arn:aws:', 'arn:aws-cn:') };
      expect(await store.writePolicy(china, absent, plan)).toMatchObject({ kind: 'conflict' });
      expect(lambda.call(0).args[0].input).toMatchObject({ SourceArn: 'arn:aws-cn:s3:::invokeguard-inert' });
    });

    it('looks before and after where `$LATEST` has no policy', async () => {
      const first = composePlan(absent, [composeDeny(latest)]);
      lambda
        .on(GetResourcePolicyCommand)
        .rejectsOnce(notFound)
        .resolves(hold('r1', ...first.policy.Statement));
      lambda.on(PutResourcePolicyCommand).resolves({});
      expect(await store.writePolicy(latest, absent, first)).toEqual({ kind: 'written' });
      expect(listCalls()).toEqual(['GetResourcePolicy', 'PutResourcePolicy', 'GetResourcePolicy']);
      expect(lambda.call(1).args[0].input).not.toHaveProperty('RevisionId');
    });

    it('does not write over a policy that `$LATEST` has got since, and sees one that came after its own', async () => {
      const first = composePlan(absent, [composeDeny(latest)]);
      lambda.on(GetResourcePolicyCommand).resolves(hold('r1', grant));
      expect(await store.writePolicy(latest, absent, first)).toMatchObject({ kind: 'conflict' });
      expect(listCalls()).toEqual(['GetResourcePolicy']);
      lambda.on(GetResourcePolicyCommand).rejectsOnce(notFound).resolves(hold('r1', grant));
      lambda.on(PutResourcePolicyCommand).resolves({});
      expect(await store.writePolicy(latest, absent, first)).toMatchObject({ kind: 'conflict' });
    });
  });
});

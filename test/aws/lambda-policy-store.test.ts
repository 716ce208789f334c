import {
  AddPermissionCommand,
  DeleteResourcePolicyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  LambdaClient,
  PutResourcePolicyCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { composeInertGrant } from '../../aws/inert-grant.ts';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { AbsentPolicy, PresentPolicy } from '../../containment/ports.ts';
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

describe('LambdaPolicyStore', () => {
  const lambda = mockClient(LambdaClient);
  let store: LambdaPolicyStore;

  beforeEach(() => {
    lambda.reset();
    store = new LambdaPolicyStore(new LambdaClient({ region: 'eu-west-1' }));
  });

  const listCalls = () => lambda.calls().map((call) => call.args[0].constructor.name.replace(/Command$/, ''));

  describe('readPolicy', () => {
    it('takes one call where there is a policy', async () => {
      lambda
        .on(GetResourcePolicyCommand, { ResourceArn: `${target.functionArn}:live` })
        .resolves(hold('r1', grant));
      expect(await store.readPolicy({ ...target, qualifier: 'live' })).toEqual(
        holdPresent('resourcePolicy', grant),
      );
      expect(listCalls()).toEqual(['GetResourcePolicy']);
    });

    it('takes two calls for an absent policy once the API was seen', async () => {
      lambda.on(GetResourcePolicyCommand).resolvesOnce(hold('r1', grant)).rejects(notFound);
      lambda.on(GetFunctionConfigurationCommand).resolves({});
      await store.readPolicy(target);
      expect(await store.readPolicy(target)).toEqual(absent);
      expect(listCalls().slice(1)).toEqual(['GetResourcePolicy', 'GetFunctionConfiguration']);
    });

    it('finds the API missing where GetPolicy has a policy and GetResourcePolicy has none, twice', async () => {
      lambda.on(GetResourcePolicyCommand).rejects(notFound);
      lambda.on(GetPolicyCommand).resolves(hold('r1', grant));
      expect(await store.readPolicy(target)).toEqual(holdPresent('permissions', grant));
      expect(listCalls()).toEqual(['GetResourcePolicy', 'GetPolicy', 'GetResourcePolicy']);
    });

    it('does not take a policy that appeared between two reads for a missing API', async () => {
      lambda.on(GetResourcePolicyCommand).rejectsOnce(notFound).resolves(hold('r1', grant));
      lambda.on(GetPolicyCommand).resolves(hold('r1', grant));
      expect(await store.readPolicy(target)).toEqual(holdPresent('resourcePolicy', grant));
    });

    it.each([
      ['UnknownOperationException', 404],
      ['InvalidAction', 400],
      ['MissingAuthenticationTokenException', 403],
      ['UnknownError', 404],
      ['UnknownError', 405],
      ['UnknownError', 501],
    ])('falls back where the endpoint answers %s (%i)', async (name, status) => {
      lambda.on(GetResourcePolicyCommand).rejects(composeSdkError(name, status));
      lambda.on(GetPolicyCommand).resolves(hold('r1', grant));
      expect(await store.readPolicy(target)).toEqual(holdPresent('permissions', grant));
    });

    it('never falls back because access is denied, and names the action', async () => {
      lambda.on(GetResourcePolicyCommand).rejects(composeSdkError('AccessDeniedException', 403));
      lambda.on(GetPolicyCommand).resolves(hold('r1', grant));
      await expect(store.readPolicy(target)).rejects.toMatchObject({
        name: 'PermanentError',
        code: 'AccessDenied',
        message: expect.stringContaining('`lambda:GetResourcePolicy`'),
      });
    });

    it('never falls back once it has seen the API', async () => {
      lambda
        .on(GetResourcePolicyCommand)
        .resolvesOnce(hold('r1', grant))
        .rejects(composeSdkError('UnknownError', 501));
      await store.readPolicy(target);
      await expect(store.readPolicy(target)).rejects.toMatchObject({ name: 'RetryableError' });
    });

    it('tells absent from missing where neither API is of help', async () => {
      lambda.on(GetResourcePolicyCommand).rejects(composeSdkError('UnknownOperationException', 404));
      lambda.on(GetPolicyCommand).rejects(notFound);
      lambda.on(GetFunctionConfigurationCommand).resolvesOnce({}).rejects(notFound);
      expect(await store.readPolicy(target)).toEqual({ kind: 'absent', lever: 'permissions' });
      expect(await store.readPolicy(target)).toEqual({ kind: 'missing' });
    });

    it('shows no inert grant of ours, but every other statement of that Sid', async () => {
      const disguised = { ...inert, Principal: '*', Condition: {} };
      lambda.on(GetResourcePolicyCommand).resolves(hold('r1', inert, grant, disguised));
      expect(await store.readPolicy(target)).toEqual(holdPresent('resourcePolicy', grant, disguised));
    });

    it.each([
      [{ Policy: '{', RevisionId: 'r1' }, 'the policy is not JSON'],
      [{ Policy: '[]', RevisionId: 'r1' }, 'the policy is not a JSON object'],
      [{ Policy: '{"Statement":[]}' }, 'the policy came without a RevisionId'],
    ])('says why %j cannot be read', async (answer, reason) => {
      lambda.on(GetResourcePolicyCommand).resolves(answer);
      expect(await store.readPolicy(target)).toEqual({ kind: 'unreadable', reason });
    });

    it.each([
      ['TooManyRequestsException', 429],
      ['UnknownError', 500],
      ['TimeoutError', undefined],
      ['ExpiredTokenException', 403],
    ])('wants to be asked again after %s', async (name, status) => {
      lambda.on(GetResourcePolicyCommand).rejects(composeSdkError(name, status));
      await expect(store.readPolicy(target)).rejects.toMatchObject({ name: 'RetryableError' });
    });

    it('reads `$LATEST` where the endpoint refuses to be asked for its permissions', async () => {
      lambda.on(GetResourcePolicyCommand).rejects(notFound);
      lambda.on(GetPolicyCommand).rejects(composeSdkError('InvalidParameterValueException', 400));
      lambda.on(GetFunctionConfigurationCommand).resolves({});
      expect(await store.readPolicy(latest)).toEqual(absent);
    });
  });

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

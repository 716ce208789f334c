import {
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaPolicyStore } from '../../aws/lambda-policy-store.ts';
import type { AbsentPolicy, PresentPolicy } from '../../containment/ports.ts';
import { composeInertGrant } from '../../core/plan/inert-grant.ts';
import type { PolicyStatement } from '../../core/policy/document.ts';
import { composeSdkError } from './sdk-errors.ts';
import { composeGrant, composePolicy, composeTarget } from './targets.ts';

const target = composeTarget('f');
const latest = { ...target, qualifier: '$LATEST' };
const notFound = composeSdkError('ResourceNotFoundException', 404);
const grant = composeGrant(target, 'Broad');
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
});

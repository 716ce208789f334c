import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  type LambdaClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-lambda';
import type { AbsentPolicy, PolicyTarget, PresentPolicy, WriteResult } from '../containment/ports.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import { isInertGrant, omitInertGrant } from '../core/plan/inert-grant.ts';
import { policiesMeanSame } from '../core/policy/canonical-form.ts';
import type { PolicyDocument } from '../core/policy/document.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { findFunction } from './function-existence.ts';
import { isUnpublished } from './function-parameters.ts';
import { addInertGrant, removeInertGrant } from './inert-grant.ts';
import { readPermissions } from './permission-lever.ts';
import { type PolicyAnswer, readPolicyAnswer } from './policy-text.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

/** What GetResourcePolicy answered. */
export type ResourcePolicyReading =
  | PolicyAnswer
  /** No policy, no function, or an endpoint that says so of every path that it does not know. */
  | { readonly kind: 'notFound' }
  /** The endpoint does not know the operation. */
  | { readonly kind: 'apiMissing' };

/**
 * Reads the policy attached to exactly this ARN, as it is stored (our inert grant included).
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetResourcePolicy.html
 */
export async function readResourcePolicy(
  client: LambdaClient,
  target: PolicyTarget,
): Promise<ResourcePolicyReading> {
  try {
    return readPolicyAnswer(await client.send(new GetResourcePolicyCommand(composeResource(target))));
  } catch (error) {
    const kind = classifyFault(error);
    if (kind === 'notFound' || kind === 'apiMissing') return { kind };
    return raiseFault(error, 'lambda:GetResourcePolicy', 'lambda:GetPolicy');
  }
}

/**
 * Writes a whole policy with PutResourcePolicy, only over the one that was read.
 *
 * Where there was none, a RevisionId fails and a write without one could destroy what somebody grants at the same
 * moment. So an inert grant comes first: it creates the policy or is appended to it, and the read-back then shows
 * whether anybody else was there and gives the RevisionId to write over.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html
 */
export async function writeResourcePolicy(
  client: LambdaClient,
  target: PolicyTarget,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
): Promise<WriteResult> {
  if (before.kind === 'present') return replacePolicy(client, target, plan.policy, before.revisionId);
  if (plan.policy.Statement.length === 0) return { kind: 'written' };
  return isUnpublished(target)
    ? createUnguarded(client, target, plan.policy)
    : createOverInertGrant(client, target, plan.policy);
}

async function createOverInertGrant(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
): Promise<WriteResult> {
  const failed = await addInertGrant(client, target);
  if (failed !== undefined) return failed;
  const result = await replaceInertGrant(client, target, policy);
  if (result.kind !== 'written') await removeInertGrant(client, target);
  return result;
}

async function replaceInertGrant(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
): Promise<WriteResult> {
  const created = await readResourcePolicy(client, target);
  switch (created.kind) {
    case 'present': {
      const alone =
        created.policy.Statement.length > 0 &&
        created.policy.Statement.every((statement) => isInertGrant(statement, target));
      return alone
        ? replacePolicy(client, target, policy, created.revisionId)
        : { kind: 'conflict', reason: 'somebody else granted a permission at the same moment' };
    }
    case 'apiMissing':
      return { kind: 'leverMissing' };
    case 'notFound': {
      const permissions = await readPermissions(client, target);
      return permissions.kind === 'present'
        ? { kind: 'leverMissing' }
        : { kind: 'conflict', reason: 'the function or its policy was deleted at the same moment' };
    }
    case 'unreadable':
      return { kind: 'conflict', reason: created.reason };
  }
}

/**
 * AWS lets nobody add a permission to `$LATEST`, so there is no inert grant to start from. What remains is a second
 * look right before the write and one after it: a policy that somebody else puts there between the second look and our
 * write, within milliseconds, is lost. Only another PutResourcePolicy without RevisionId can be hit.
 */
async function createUnguarded(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
): Promise<WriteResult> {
  const now = await readResourcePolicy(client, target);
  if (now.kind === 'apiMissing') return { kind: 'leverMissing' };
  if (now.kind !== 'notFound')
    return { kind: 'conflict', reason: 'somebody else put a policy at the same moment' };
  const result = await putPolicy(client, target, policy, undefined);
  if (result.kind !== 'written') return result;
  const after = await readResourcePolicy(client, target);
  return after.kind === 'present' && policiesMeanSame(after.policy, policy)
    ? result
    : { kind: 'conflict', reason: 'somebody else put a policy at the same moment' };
}

async function replacePolicy(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
  revisionId: string,
): Promise<WriteResult> {
  const result =
    policy.Statement.length === 0
      ? await deletePolicy(client, target, revisionId)
      : await putPolicy(client, target, policy, revisionId);
  return result.kind === 'conflict' ? recognizeOwnWrite(client, target, policy, result) : result;
}

/**
 * A conflict may be our own doing: the SDK repeats a request whose answer was lost, and the repetition then meets the
 * policy that the first one wrote.
 */
async function recognizeOwnWrite(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
  conflict: WriteResult,
): Promise<WriteResult> {
  const now = await readResourcePolicy(client, target);
  if (now.kind === 'notFound') {
    if (policy.Statement.length > 0) return conflict;
    const found = await findFunction(client, target);
    return found.kind === 'found' ? { kind: 'written' } : conflict;
  }
  if (now.kind !== 'present') return conflict;
  const standing = omitInertGrant(now.policy, target);
  const mine =
    standing.Statement.length === now.policy.Statement.length && policiesMeanSame(standing, policy);
  return mine ? { kind: 'written' } : conflict;
}

async function putPolicy(
  client: LambdaClient,
  target: PolicyTarget,
  policy: PolicyDocument,
  revisionId: string | undefined,
): Promise<WriteResult> {
  try {
    await client.send(
      new PutResourcePolicyCommand({
        ...composeResource(target),
        Policy: JSON.stringify(policy),
        ...(revisionId === undefined ? {} : { RevisionId: revisionId }),
      }),
    );
    return { kind: 'written' };
  } catch (error) {
    if (revisionId === undefined && classifyFault(error) === 'notFound') {
      // Nothing was read through this API yet, so its 404 may mean that it is not there.
      const found = await findFunction(client, target);
      if (found.kind === 'found') return { kind: 'leverMissing' };
    }
    return explainRefusedWrite(
      error,
      'lambda:PutResourcePolicy',
      'lambda:AddPermission',
      'lambda:RemovePermission',
    );
  }
}

async function deletePolicy(
  client: LambdaClient,
  target: PolicyTarget,
  revisionId: string,
): Promise<WriteResult> {
  try {
    await client.send(
      new DeleteResourcePolicyCommand({ ...composeResource(target), RevisionId: revisionId }),
    );
    return { kind: 'written' };
  } catch (error) {
    return explainRefusedWrite(error, 'lambda:DeleteResourcePolicy', 'lambda:RemovePermission');
  }
}

function explainRefusedWrite(error: unknown, ...actions: readonly string[]): WriteResult {
  switch (classifyFault(error)) {
    case 'precondition':
    case 'conflict':
    case 'notFound':
      return { kind: 'conflict', reason: describeFault(error) };
    case 'apiMissing':
      return { kind: 'leverMissing' };
    case 'invalid':
      return { kind: 'refused', reason: describeFault(error) };
    default:
      return raiseFault(error, ...actions);
  }
}

function composeResource(target: PolicyTarget): { ResourceArn: string } {
  return { ResourceArn: qualifyFunctionArn(target.functionArn, target.qualifier) };
}

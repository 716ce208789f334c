import {
  AddPermissionCommand,
  GetPolicyCommand,
  type LambdaClient,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import type { AbsentPolicy, PolicyTarget, PresentPolicy, WriteResult } from '../containment/ports.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import { isInertGrant } from '../core/plan/inert-grant.ts';
import { canonicalizeContent } from '../core/policy/canonical-form.ts';
import type { PolicyDocument, PolicyStatement } from '../core/policy/document.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { composeFunctionParameters, isUnpublished } from './function-parameters.ts';
import { removeInertGrant } from './inert-grant.ts';
import { type PermissionParameters, translatePermission } from './permission-request.ts';
import { type PolicyAnswer, readPolicyAnswer } from './policy-text.ts';
import { classifyFault, describeFault, raiseFault } from './sdk-fault.ts';

/** What GetPolicy answered; `notFound` is no policy or no function. */
export type PermissionsReading = PolicyAnswer | { readonly kind: 'notFound' };

/**
 * Reads a policy with GetPolicy, which every endpoint has.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
 */
export async function readPermissions(
  client: LambdaClient,
  target: PolicyTarget,
): Promise<PermissionsReading> {
  try {
    return readPolicyAnswer(await client.send(new GetPolicyCommand(composeFunctionParameters(target))));
  } catch (error) {
    const kind = classifyFault(error);
    if (kind === 'notFound') return { kind };
    // No permission can be added to `$LATEST`, and an endpoint may refuse to be asked for one.
    if (kind === 'invalid' && isUnpublished(target)) return { kind: 'notFound' };
    return raiseFault(error, 'lambda:GetPolicy');
  }
}

type Change =
  | { readonly kind: 'add'; readonly statement: PolicyStatement; readonly parameters: PermissionParameters }
  | { readonly kind: 'remove'; readonly statement: PolicyStatement; readonly sid: string };

/**
 * Writes a plan statement by statement, where no API takes a whole policy: first the narrowed grants, then the broad
 * ones go, so that a listed caller is never without one. A run that dies in between leaves more grants, never fewer,
 * and the next plan starts from what is there.
 *
 * Each write carries the RevisionId of a policy that was looked at: before a grant is removed, it is still the one
 * that was planned, and every narrowed grant stands.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
 */
export async function writePermissions(
  client: LambdaClient,
  target: PolicyTarget,
  before: PresentPolicy | AbsentPolicy,
  plan: ReplacePlan,
): Promise<WriteResult> {
  const changes = listChanges(plan, qualifyFunctionArn(target.functionArn, target.qualifier));
  if (typeof changes === 'string') return { kind: 'refused', reason: changes };
  let standing: Standing =
    before.kind === 'present'
      ? { policy: before.policy, revisionId: before.revisionId }
      : { policy: { Statement: [] }, revisionId: undefined };
  for (const [index, change] of changes.entries()) {
    const due = examineChange(change, standing.policy);
    if (due.kind === 'conflict') return due;
    if (due.kind === 'done') continue;
    const written = await applyChange(client, target, change, standing.revisionId);
    if (written.kind !== 'written') return written;
    if (index === changes.length - 1) break;
    const next = await readStanding(client, target);
    if (next.kind === 'conflict') return next;
    const lost = changes
      .slice(0, index + 1)
      .find((earlier) => examineChange(earlier, next.policy).kind !== 'done');
    if (lost !== undefined)
      return { kind: 'conflict', reason: 'somebody else changed a grant that was just written' };
    standing = next;
  }
  if (standing.policy.Statement.some((statement) => isInertGrant(statement, target))) {
    await removeInertGrant(client, target);
  }
  return { kind: 'written' };
}

interface Standing {
  readonly policy: PolicyDocument;
  readonly revisionId: string | undefined;
}

async function readStanding(
  client: LambdaClient,
  target: PolicyTarget,
): Promise<({ readonly kind: 'standing' } & Standing) | Extract<WriteResult, { kind: 'conflict' }>> {
  const reading = await readPermissions(client, target);
  switch (reading.kind) {
    case 'present':
      return { kind: 'standing', policy: reading.policy, revisionId: reading.revisionId };
    case 'notFound':
      return { kind: 'standing', policy: { Statement: [] }, revisionId: undefined };
    case 'unreadable':
      return { kind: 'conflict', reason: reading.reason };
  }
}

/** Every change in the words of the API, or why one of them has none; asked before anything is changed. */
function listChanges(plan: ReplacePlan, resourceArn: string): readonly Change[] | string {
  const changes: Change[] = [];
  for (const statement of plan.added) {
    const translation = translatePermission(statement, resourceArn);
    if (translation.kind === 'unsayable') return translation.reason;
    changes.push({ kind: 'add', statement, parameters: translation.parameters });
  }
  for (const statement of plan.removed) {
    const sid = statement['Sid'];
    if (typeof sid !== 'string' || sid === '') {
      return 'RemovePermission cannot remove a statement without a Sid';
    }
    changes.push({ kind: 'remove', statement, sid });
  }
  return changes;
}

/** Holds a change against what stands under its Sid: still to be made, made already, or in somebody else's way. */
function examineChange(
  change: Change,
  policy: PolicyDocument,
): { readonly kind: 'due' | 'done' } | Extract<WriteResult, { kind: 'conflict' }> {
  const holder = policy.Statement.find((statement) => statement['Sid'] === change.statement['Sid']);
  const same = holder !== undefined && canonicalizeContent(holder) === canonicalizeContent(change.statement);
  if (holder !== undefined && !same) {
    return { kind: 'conflict', reason: `the Sid \`${String(holder['Sid'])}\` now names another statement` };
  }
  return { kind: (change.kind === 'add') === same ? 'done' : 'due' };
}

async function applyChange(
  client: LambdaClient,
  target: PolicyTarget,
  change: Change,
  revisionId: string | undefined,
): Promise<WriteResult> {
  const named = {
    ...composeFunctionParameters(target),
    ...(revisionId === undefined ? {} : { RevisionId: revisionId }),
  };
  try {
    await (change.kind === 'add'
      ? client.send(new AddPermissionCommand({ ...named, ...change.parameters }))
      : client.send(new RemovePermissionCommand({ ...named, StatementId: change.sid })));
    return { kind: 'written' };
  } catch (error) {
    return explainRefusedChange(client, target, change, error);
  }
}

async function explainRefusedChange(
  client: LambdaClient,
  target: PolicyTarget,
  change: Change,
  error: unknown,
): Promise<WriteResult> {
  switch (classifyFault(error)) {
    case 'conflict':
    case 'precondition':
    case 'notFound': {
      // The SDK repeats a request whose answer was lost, and the repetition then meets the change that the first made.
      const now = await readStanding(client, target);
      const done = now.kind === 'standing' && examineChange(change, now.policy).kind === 'done';
      return done && (change.kind === 'add' || now.revisionId !== undefined)
        ? { kind: 'written' }
        : { kind: 'conflict', reason: describeFault(error) };
    }
    case 'invalid':
      return { kind: 'refused', reason: describeFault(error) };
    default:
      return raiseFault(error, change.kind === 'add' ? 'lambda:AddPermission' : 'lambda:RemovePermission');
  }
}

import type { LambdaClient } from '@aws-sdk/client-lambda';
import { RetryableError } from '../containment/errors.ts';
import type {
  AbsentPolicy,
  PolicyReading,
  PolicyStore,
  PolicyTarget,
  PresentPolicy,
  WriteResult,
} from '../containment/ports.ts';
import type { Lever, ReplacePlan } from '../core/plan/containment-plan.ts';
import { omitInertGrant } from '../core/plan/inert-grant.ts';
import { findFunction } from './function-existence.ts';
import { readPermissions, writePermissions } from './permission-lever.ts';
import type { PolicyAnswer } from './policy-text.ts';
import { readResourcePolicy, writeResourcePolicy } from './resource-policy-lever.ts';

/** What this endpoint was seen to have: `there` is certain, `notSeen` is a reason to use the weaker lever. */
type ResourcePolicyApi = 'unknown' | 'there' | 'notSeen';

/**
 * Resource policies of Lambda functions.
 *
 * Prefers the API that takes whole policies. Where it is not there, the policy is changed grant by grant; which of
 * the two it is shows in what the endpoint answers, never in what it denies. That the API is there is remembered,
 * which makes the read of an existing policy one call; that it is missing is asked again each time, since the weaker
 * lever must not outlive one odd answer.
 *
 * IAM: `lambda:GetResourcePolicy`, `lambda:GetPolicy`, `lambda:GetFunctionConfiguration`, `lambda:PutResourcePolicy`,
 * `lambda:DeleteResourcePolicy`, `lambda:AddPermission`, `lambda:RemovePermission`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
export class LambdaPolicyStore implements PolicyStore {
  readonly #client: LambdaClient;
  #api: ResourcePolicyApi = 'unknown';

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async readPolicy(target: PolicyTarget): Promise<PolicyReading> {
    const reading = await readResourcePolicy(this.#client, target);
    switch (reading.kind) {
      case 'present':
      case 'unreadable':
        this.#api = 'there';
        return this.#accept(reading, target, 'resourcePolicy');
      case 'apiMissing':
        if (this.#api === 'there') {
          throw new RetryableError('OperationMissing', 'the endpoint has forgotten `GetResourcePolicy`');
        }
        return this.#readWithoutApi(target);
      case 'notFound':
        return this.#api === 'there'
          ? this.#readAbsence(target, 'resourcePolicy')
          : this.#explainNotFound(target);
    }
  }

  async writePolicy(
    target: PolicyTarget,
    before: PresentPolicy | AbsentPolicy,
    plan: ReplacePlan,
  ): Promise<WriteResult> {
    if (before.lever === 'permissions') return writePermissions(this.#client, target, before, plan);
    const result = await writeResourcePolicy(this.#client, target, before, plan);
    if (result.kind === 'written' && plan.policy.Statement.length > 0) this.#api = 'there';
    if (result.kind !== 'leverMissing') return result;
    if (this.#api === 'there')
      return { kind: 'conflict', reason: 'the endpoint has forgotten `PutResourcePolicy`' };
    this.#api = 'notSeen';
    return result;
  }

  /**
   * A 404 of GetResourcePolicy has three meanings under one name: no policy, no function, and no such API. A policy
   * that GetPolicy shows means the last, unless somebody made it just now: so it is asked a second time.
   */
  async #explainNotFound(target: PolicyTarget): Promise<PolicyReading> {
    const permissions = await readPermissions(this.#client, target);
    if (permissions.kind === 'notFound') {
      return this.#readAbsence(target, this.#api === 'notSeen' ? 'permissions' : 'resourcePolicy');
    }
    const again = await readResourcePolicy(this.#client, target);
    if (again.kind === 'present' || again.kind === 'unreadable') {
      this.#api = 'there';
      return this.#accept(again, target, 'resourcePolicy');
    }
    return this.#accept(permissions, target, 'permissions');
  }

  async #readWithoutApi(target: PolicyTarget): Promise<PolicyReading> {
    const permissions = await readPermissions(this.#client, target);
    return permissions.kind === 'notFound'
      ? this.#readAbsence(target, 'permissions')
      : this.#accept(permissions, target, 'permissions');
  }

  async #readAbsence(target: PolicyTarget, lever: Lever): Promise<PolicyReading> {
    const found = await findFunction(this.#client, target);
    return found.kind === 'found' ? { kind: 'absent', lever } : { kind: 'missing' };
  }

  #accept(answer: PolicyAnswer, target: PolicyTarget, lever: Lever): PolicyReading {
    if (answer.kind === 'unreadable') return answer;
    const policy = omitInertGrant(answer.policy, target);
    return { ...answer, policy, lever };
  }
}

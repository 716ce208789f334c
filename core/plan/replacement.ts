import type { Caller } from '../caller/caller.ts';
import { MAX_POLICY_CHARACTERS, type PolicyDocument, type PolicyStatement } from '../policy/document.ts';
import type { ContainmentPlan } from './containment-plan.ts';
import { readGrant } from './grant.ts';
import { admitsCaller } from './grant-reach.ts';

/** A planned change before it is weighed. */
export interface Change {
  readonly before: PolicyDocument | null;
  readonly resourceArn: string;
  /** The statements to be, those that stay in their own order. */
  readonly statements: readonly PolicyStatement[];
  readonly removed: readonly PolicyStatement[];
  readonly added: readonly PolicyStatement[];
  readonly offender: Caller | null;
  readonly notes: readonly string[];
  /** Why nothing needs doing, where nothing changes. */
  readonly unchangedReason: string;
}

/**
 * Makes a plan of a change: `unchanged` where it changes nothing, `refused` where the policy would be longer than
 * AWS takes. A policy is never cut down to fit.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html (Policy: at most 20,480 characters)
 */
export function weighChange(change: Change): ContainmentPlan {
  const { before, statements, removed, added, notes } = change;
  if (removed.length === 0 && added.length === 0) {
    return { kind: 'unchanged', reason: change.unchangedReason, notes };
  }
  const policy: PolicyDocument = { ...(before ?? { Version: '2012-10-17' }), Statement: statements };
  const length = JSON.stringify(policy).length;
  if (length > MAX_POLICY_CHARACTERS) {
    const text = `the policy would have ${String(length)} characters, and AWS takes at most ${String(MAX_POLICY_CHARACTERS)}`;
    const remedy =
      'list whole accounts or wildcard ARNs instead of single callers, or remove statements by hand';
    return { kind: 'refused', reason: `${text}; ${remedy}`, notes };
  }
  return {
    kind: 'replace',
    policy,
    removed,
    added,
    admittedOffender: removed.filter((statement) => admitsOffender(statement, change)),
    notes,
  };
}

function admitsOffender(statement: PolicyStatement, change: Change): boolean {
  if (change.offender === null) return false;
  const reading = readGrant(statement, change.resourceArn);
  return reading.kind === 'grant' && admitsCaller(reading.grant, change.offender);
}

/** Says why a policy must not be touched at all, or `undefined`. */
export function findUntouchableGrant(policy: PolicyDocument | null): string | undefined {
  for (const statement of policy?.Statement ?? []) {
    if (statement['Effect'] !== 'Allow') continue;
    const service = EDGE_SERVICES.find((name) =>
      JSON.stringify(statement['Principal'] ?? null).includes(`"${name}"`),
    );
    if (service !== undefined) {
      return `a statement lets \`${service}\` use the function: Lambda@Edge runs replicas that this policy does not govern, so containing it here would only look safe`;
    }
  }
  return undefined;
}

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html */
const EDGE_SERVICES = ['edgelambda.amazonaws.com', 'replicator.lambda.amazonaws.com'];

import { containTarget } from '../../containment/containment.ts';
import type { RecordPath } from '../../containment/ports.ts';
import { type Handled, handleRecord } from '../../containment/record-handling.ts';
import type { Alert } from '../../core/alert/alert.ts';
import type { ChangeEvent } from '../../core/alert/change-alert.ts';
import type { Allowlist, InvokerEntry, Mode } from '../../core/allowlist/allowlist.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { composeAllowlist, GUARD, S3_ENTRY, TARGET } from './calls.ts';
import type { GuardWorld } from './guard-world.ts';

export const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';
export const MAPPING =
  'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000';

const INVOKERS: readonly InvokerEntry[] = [
  S3_ENTRY,
  { kind: 'role', pointer: '/functions/0/invokers/1', role: 'arn:aws:iam::111122223333:role/ci-deploy' },
  { kind: 'eventSourceMapping', pointer: '/functions/0/invokers/2', eventSourceMapping: QUEUE },
];

/** One function, with a bucket, a role and a queue listed. */
export function listForChanges(mode: Mode): Allowlist {
  return composeAllowlist(mode, INVOKERS);
}

/** A record of a change of the function, a minute before the clock's now. */
export function composeChange(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    eventID: '0b1f6f0e-0000-4000-8000-00000000c001',
    eventTime: '2026-11-21T09:59:00Z',
    eventSource: 'lambda.amazonaws.com',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
    sourceIPAddress: '192.0.2.7',
    userAgent: 'aws-cli/2',
    requestParameters: { functionName: 'thumbnailer' },
    responseElements: null,
    ...given,
  };
}

/** Delivers a record, by the live rule where nothing else is said. */
export async function deliverChange(
  world: GuardWorld,
  record: unknown,
  { mode = 'enforce', path = 'live', deliveryCount = 1 }: DeliveryTerms = {},
): Promise<Handled> {
  const input = { 'detail-type': 'AWS API Call via CloudTrail', detail: record };
  const delivery = { input, messageId: 'message-1', deliveryCount, path };
  return handleRecord(delivery, listForChanges(mode), GUARD, world);
}

interface DeliveryTerms {
  readonly mode?: Mode;
  readonly path?: RecordPath;
  readonly deliveryCount?: number;
}

/** Puts guards into the function's policy, a day before the clock's now, as the guard does it. */
export async function guardFunction(world: GuardWorld): Promise<PolicyDocument> {
  const nowMs = world.clock.nowMs();
  world.clock.advance(-86_400_000);
  const request = {
    eventID: 'guarded-before',
    target: TARGET,
    entries: INVOKERS,
    scope: { kind: 'allowlist' },
    offender: null,
    from: 'standing',
  } as const;
  await containTarget(request, GUARD, world);
  world.clock.advance(nowMs - world.clock.nowMs());
  const policy = world.policies.look(TARGET);
  if (policy === undefined) throw new Error('the function was not guarded');
  return policy;
}

/** The alerts about changes that went out. */
export function readTold(world: GuardWorld): readonly (Alert & { readonly event: ChangeEvent })[] {
  return world.alerts.published.filter(
    (alert): alert is Alert & { readonly event: ChangeEvent } => alert.event.kind === 'change',
  );
}

/** A session of one of the guard's own roles. */
export const GUARD_ROLE_IDENTITY = {
  type: 'AssumedRole',
  arn: 'arn:aws:sts::111122223333:assumed-role/invokeguard-remediator-eu-west-1/invokeguard-remediator',
  sessionContext: {
    attributes: { creationDate: '2026-11-21T09:00:00Z', mfaAuthenticated: 'false' },
    sessionIssuer: {
      type: 'Role',
      arn: 'arn:aws:iam::111122223333:role/invokeguard-remediator-eu-west-1',
    },
  },
};

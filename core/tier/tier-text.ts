import type { SwitchChange, Tier } from './tier.ts';

/** Writes one change on one line: what is turned, from what, to what. */
export function describeChange(change: SwitchChange): string {
  switch (change.kind) {
    case 'reservedConcurrency':
      return `reserved concurrency ${nameConcurrency(change.before)} -> ${nameConcurrency(change.after)}`;
    case 'eventSourceMapping':
      return `event source mapping ${change.uuid} (${change.sourceArn ?? 'source without an ARN'}) ${change.before} -> ${change.after}`;
    case 'functionUrl':
      return `function URL of ${change.qualifier ?? 'the function itself'} AuthType ${change.before} -> ${change.after}`;
  }
}

function nameConcurrency(value: number | null): string {
  return value === null ? 'unreserved' : String(value);
}

/** Says in a sentence what a tier stops. */
export function describeTier(tier: Tier): string {
  switch (tier) {
    case 'freeze':
      return 'Lambda runs no new invocation of this function, of any version or alias, by any caller, listed or not';
    case 'disable-triggers':
      return "Lambda's pollers take nothing more for this function, and its function URLs answer signed callers only";
  }
}

/**
 * What a tier does not stop, in sentences for people.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function listTierGaps(tier: Tier): readonly string[] {
  switch (tier) {
    case 'freeze':
      return [
        'executions that are running go on to their end, at most 15 minutes',
        'asynchronous events that Lambda has accepted stay queued, by default up to 6 hours: they run if the function is thawed before, else they go to the dead-letter queue or the on-failure destination, or are lost where there is none',
        'event sources are asked on: messages of a queue may reach its dead-letter queue, and records of a stream may expire',
        'Lambda@Edge replicas run in other Regions, which this setting does not reach',
        'whoever may call `lambda:PutFunctionConcurrency` or `lambda:DeleteFunctionConcurrency`, and a deployment that sets the reserved concurrency, thaws it',
      ];
    case 'disable-triggers':
      return [
        'direct calls, and services that the resource policy lets in (S3, SNS, EventBridge and others): those are what the policy is for',
        'calls of the function URL that are signed and that a policy allows',
        'batches that a poller has already taken, and a mapping takes some time to stop',
        'records that wait in the source may expire there until the mapping is enabled again',
        'whoever may call `lambda:CreateEventSourceMapping`, `lambda:UpdateEventSourceMapping` or `lambda:UpdateFunctionUrlConfig` can open another way in',
      ];
  }
}

/** The exact command that takes a tier back. The ARN has passed its own grammar, so it is safe between single quotes. */
export function composeTierRollbackCommand(functionArn: string, tier: Tier): string {
  return `npx invokeguard rollback --tier ${tier} --function '${functionArn}'`;
}

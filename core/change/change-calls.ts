import { IDENTITY_CALLS } from './identity-action.ts';
import { NOTIFICATION_CALLS } from './notification-action.ts';
import { PART_CALLS } from './part-calls.ts';
import { RULE_CALLS } from './rule-action.ts';

/**
 * The calls of services other than Lambda that may be changes, by eventSource: what a scanner of logs need not pass
 * over. All changes of these services are among them; not every record of such a call is one.
 */
export const OTHER_CALLS: ReadonlyMap<string, readonly string[]> = collect([
  [
    'cloudtrail.amazonaws.com',
    ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutEventConfiguration'],
  ],
  ['events.amazonaws.com', RULE_CALLS],
  ['s3.amazonaws.com', NOTIFICATION_CALLS],
  ['iam.amazonaws.com', Object.values(IDENTITY_CALLS).flatMap((calls) => Object.keys(calls))],
  ...PART_CALLS.flatMap(({ eventSource, calls }) =>
    eventSource === 'lambda.amazonaws.com' ? [] : [[eventSource, Object.keys(calls)] as const],
  ),
]);

/** Decides whether records of a service other than Lambda may be changes at all. */
export function mayRecordChange(eventSource: string): boolean {
  return OTHER_CALLS.has(eventSource);
}

function collect(
  rows: readonly (readonly [string, readonly string[]])[],
): ReadonlyMap<string, readonly string[]> {
  const calls = new Map<string, readonly string[]>();
  for (const [source, names] of rows) {
    calls.set(source, [...new Set([...(calls.get(source) ?? []), ...names])]);
  }
  return calls;
}

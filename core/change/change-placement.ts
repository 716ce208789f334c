import type { Guard } from '../guard.ts';
import { asText, type JsonObject } from '../json.ts';
import { openEnvelope } from '../record/envelope.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import type { ConfigurationChange } from './change.ts';
import { namesOwnPart } from './guard-part.ts';

/** Whether a change is this deployment's to judge. */
export type ChangePlacement =
  | { readonly kind: 'ours' }
  | { readonly kind: 'foreign'; readonly reason: 'otherAccount' | 'otherRegion' };

/**
 * What is changed there belongs to no Region, or lies where its owner likes: roles, whose changes are recorded in
 * us-east-1; trails, whose changes are recorded in the trail's home Region; and the bucket of logs.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
const WITHOUT_REGION: readonly string[] = [
  'iam.amazonaws.com',
  'cloudtrail.amazonaws.com',
  's3.amazonaws.com',
];

/**
 * Decides whether a change is about the guard's own account and Region. A function's ARN counts before what the record
 * says of itself; of a bucket that notifies several functions, one of ours is enough, and of one with the name of the
 * log bucket none is needed. The guard's own functions are ours here: whoever changes them weakens the guard.
 * @param input the record of the change, or the EventBridge event around it
 */
export function placeChange(change: ConfigurationChange, input: unknown, guard: Guard): ChangePlacement {
  const opened = openEnvelope(input);
  const record: JsonObject = opened.kind === 'rejected' ? {} : opened.record;
  const { action, functionArn } = change;
  const named =
    action.kind === 'bucketNotification' ? action.targets.map((target) => target.functionArn) : [];
  const functions = functionArn === null ? named : [functionArn, ...named];
  const placements = functions.map((arn) => {
    const name = parseFunctionName(arn);
    return comparePlace(name?.account ?? null, name?.region ?? null, guard);
  });
  const [first] = placements;
  const ours = placements.find(({ kind }) => kind === 'ours');
  const logBucket = action.kind === 'bucketNotification' && namesOwnPart('logBucket', action.bucket ?? '');
  if (first !== undefined && (ours !== undefined || !logBucket)) return ours ?? first;
  const global = WITHOUT_REGION.includes(asText(record['eventSource']) ?? '');
  const region = global ? null : asText(record['awsRegion']);
  return comparePlace(asText(record['recipientAccountId']), region, guard);
}

/** What is not told may be ours. */
function comparePlace(account: string | null, region: string | null, guard: Guard): ChangePlacement {
  if (account !== null && account !== guard.account) return { kind: 'foreign', reason: 'otherAccount' };
  if (region !== null && region !== guard.region) return { kind: 'foreign', reason: 'otherRegion' };
  return { kind: 'ours' };
}

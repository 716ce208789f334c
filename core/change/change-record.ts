import { identifyCaller } from '../caller/caller.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import { openEnvelope } from '../record/envelope.ts';
import type { FunctionReference } from '../record/function-reference.ts';
import type { ChangeAction, ParsedChange } from './change.ts';
import { mayRecordChange } from './change-calls.ts';
import { nameChangedFunction } from './changed-function.ts';
import { readIdentityAction } from './identity-action.ts';
import { type LambdaVerb, readLambdaAction, readLambdaVerb } from './lambda-action.ts';
import { readNotificationAction } from './notification-action.ts';
import { readPartAction } from './part-action.ts';
import { readRuleAction } from './rule-action.ts';
import { readTrailAction } from './trail-action.ts';

/**
 * Reads one CloudTrail record, or the EventBridge event around one, as a change of who may call a function or of what
 * the guard stands on. Lambda's API names count with and without their version suffix (`AddPermission20150331v2`), and
 * only from Lambda: other services have a `PutResourcePolicy` too. A call that failed is a change as well, with its
 * `errorCode`. Never throws.
 *
 * INVARIANT: no change of Lambda has a name that begins with `Get` or `List`, which the log scanner passes over.
 */
export function parseChange(input: unknown): ParsedChange {
  const opened = openEnvelope(input);
  if (opened.kind === 'rejected') return opened;
  const { record } = opened;
  const eventName = asText(record['eventName']);
  const eventSource = asText(record['eventSource']);
  if (eventName === null) return { kind: 'rejected', reason: 'no CloudTrail record: it has no `eventName`' };
  if (eventSource === null)
    return { kind: 'rejected', reason: 'no CloudTrail record: it has no `eventSource`' };
  const notification =
    eventSource === 's3.amazonaws.com' ? readNotificationAction(eventName, record) : undefined;
  if (notification !== undefined) {
    const [only, ...others] = notification.targets;
    return composeChange(record, eventName, notification, others.length === 0 ? only : undefined);
  }
  const part = readPartAction(eventSource, eventName, record);
  if (part !== undefined) return composeChange(record, eventName, part, undefined);
  switch (eventSource) {
    case 'lambda.amazonaws.com': {
      const verb = readLambdaVerb(eventName);
      return verb === undefined ? NO_CHANGE : composeLambdaChange(record, eventName, verb);
    }
    case 'cloudtrail.amazonaws.com':
      return composeChange(record, eventName, readTrailAction(eventName, readParameters(record)), undefined);
    case 'events.amazonaws.com':
      return composeChange(record, eventName, readRuleAction(eventName, readParameters(record)), undefined);
    case 'iam.amazonaws.com':
      return composeChange(record, eventName, readIdentityAction(eventName, record), undefined);
    default:
      return mayRecordChange(eventSource) ? NO_CHANGE : { kind: 'skipped', reason: 'otherService' };
  }
}

const NO_CHANGE: ParsedChange = { kind: 'skipped', reason: 'noChange' };

function composeLambdaChange(record: JsonObject, eventName: string, verb: LambdaVerb): ParsedChange {
  const named = nameChangedFunction(record, verb);
  return composeChange(record, eventName, readLambdaAction(record, verb, named), named);
}

function composeChange(
  record: JsonObject,
  eventName: string,
  action: ChangeAction | undefined,
  named: FunctionReference | undefined,
): ParsedChange {
  if (action === undefined) return NO_CHANGE;
  return {
    kind: 'change',
    eventID: asText(record['eventID']),
    eventTime: asText(record['eventTime']),
    eventName,
    functionArn: named?.functionArn ?? null,
    qualifier: named?.qualifier ?? null,
    actor: identifyCaller({
      userIdentity: asObject(record['userIdentity']) ?? null,
      sourceArn: null,
      sourceAccount: null,
    }),
    errorCode: asText(record['errorCode']),
    action,
  };
}

function readParameters(record: JsonObject): JsonObject | undefined {
  return asObject(record['requestParameters']);
}

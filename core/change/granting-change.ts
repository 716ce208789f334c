import { parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { readSession, type Session } from '../caller/session.ts';
import { asObject, asText } from '../json.ts';
import { type PolicyStatement, parsePolicy } from '../policy/document.ts';
import { openEnvelope } from '../record/envelope.ts';
import { parseEventTime } from '../record/event-time.ts';
import { qualifyFunctionArn } from '../record/function-reference.ts';
import { compareMatches, findAdmittingStatement, type GrantMatch } from './admitting-statement.ts';
import type { ConfigurationChange, FunctionAction } from './change.ts';
import { parseChange } from './change-record.ts';
import type { Door, SoughtAccess } from './sought-access.ts';

/** A change that let the caller in, and who made it. */
export interface GrantingChange {
  readonly door: Door;
  readonly match: GrantMatch;
  readonly by: Caller;
  readonly session: Session;
  readonly eventName: string;
  readonly eventID: string | null;
  /** ISO-8601 UTC as CloudTrail wrote it. */
  readonly eventTime: string;
  /** Of the statement that lets the caller in; null where it has none, or where the change is no grant. */
  readonly sid: string | null;
}

/**
 * Finds the change that let the call in: of all that succeeded before it, concern this function and version or alias,
 * and are not the guard's own, the surest, and of equally sure ones the newest. Never throws.
 * @param records CloudTrail records, or whatever delivers them (`LookupEvents`), in any order
 * @param before what was found among other records, such as those of the pages before
 */
export function findGrantingChange(
  records: readonly unknown[],
  sought: SoughtAccess,
  before?: GrantingChange,
): GrantingChange | undefined {
  let best = before;
  for (const record of records) {
    const found = readGrantingChange(record, sought);
    if (found !== undefined && (best === undefined || compareChanges(found, best) < 0)) best = found;
  }
  return best;
}

/** Below zero where the left one is surer, or as sure and newer. */
export function compareChanges(left: GrantingChange, right: GrantingChange): number {
  return (
    compareMatches(left.match, right.match) ||
    parseEventTime(right.eventTime) - parseEventTime(left.eventTime)
  );
}

function readGrantingChange(record: unknown, sought: SoughtAccess): GrantingChange | undefined {
  const change = parseChange(record);
  if (change.kind !== 'change' || change.errorCode !== null || change.eventTime === null) return undefined;
  // A time that cannot be read compares as false, so such a change never counts.
  if (!(parseEventTime(change.eventTime) <= sought.calledMs)) return undefined;
  const { actor } = change;
  if (actor.kind === 'role' && sought.guardRoleArns.includes(actor.roleArn)) return undefined;
  const found = matchChange(change, record, sought);
  if (found === undefined) return undefined;
  return {
    ...found,
    by: actor,
    session: readSession(record),
    eventName: change.eventName,
    eventID: change.eventID,
    eventTime: change.eventTime,
  };
}

/** How a change lets the caller in. */
type Found = Pick<GrantingChange, 'door' | 'match' | 'sid'>;

function matchChange(change: ConfigurationChange, record: unknown, sought: SoughtAccess): Found | undefined {
  const { action } = change;
  switch (action.kind) {
    case 'grant':
      return matchStatements('grant', action.statement === null ? [] : [action.statement], change, sought);
    case 'policy': {
      const parsed = parsePolicy(action.policy);
      return parsed.kind === 'policy'
        ? matchStatements('policy', parsed.policy.Statement, change, sought)
        : undefined;
    }
    case 'functionUrl':
      return matchFunctionUrl(action, change, sought);
    case 'mapping':
      return matchMapping(action, change, record, sought);
    case 'bucketNotification': {
      const { caller } = sought;
      const notifies = action.targets.some((target) => concerns(target, sought));
      const isBucket =
        caller.kind === 'service' &&
        caller.service === 's3.amazonaws.com' &&
        action.bucket !== null &&
        parseArn(caller.sourceArn ?? '')?.resource === action.bucket;
      return notifies && isBucket ? { door: 'bucketNotification', match: 'content', sid: null } : undefined;
    }
    default:
      return undefined;
  }
}

function concerns(
  { functionArn, qualifier }: Pick<ConfigurationChange, 'functionArn' | 'qualifier'>,
  sought: SoughtAccess,
): boolean {
  if (functionArn !== sought.functionArn) return false;
  return qualifier === sought.qualifier || sought.qualifierTold === 'lost';
}

function matchStatements(
  door: 'grant' | 'policy',
  statements: readonly PolicyStatement[],
  change: ConfigurationChange,
  sought: SoughtAccess,
): Found | undefined {
  if (!concerns(change, sought)) return undefined;
  const resource = qualifyFunctionArn(sought.functionArn, change.qualifier);
  const found = findAdmittingStatement(statements, resource, sought);
  return found === undefined ? undefined : { door, ...found };
}

function matchFunctionUrl(
  { step, authType }: FunctionAction & { readonly kind: 'functionUrl' },
  change: ConfigurationChange,
  sought: SoughtAccess,
): Found | undefined {
  if (step === 'deleted' || !concerns(change, sought)) return undefined;
  const serves =
    authType === 'NONE'
      ? sought.caller.kind === 'anonymous'
      : authType === 'AWS_IAM' && sought.caller.kind !== 'anonymous' && sought.entrance === 'functionUrl';
  if (!serves) return undefined;
  return { door: 'functionUrl', match: sought.qualifierTold === 'told' ? 'content' : 'perhaps', sid: null };
}

/** A mapping's ARN says which it is. One that was only told its function again may have had it before. */
function matchMapping(
  { step, mappingArn, polling }: FunctionAction & { readonly kind: 'mapping' },
  { functionArn }: ConfigurationChange,
  record: unknown,
  { caller, functionArn: called }: SoughtAccess,
): Found | undefined {
  if (caller.kind !== 'eventSourceMapping' || mappingArn !== caller.mappingArn) return undefined;
  if (functionArn !== called || step === 'deleted' || polling === 'off') return undefined;
  if (step === 'created' || polling === 'on') return { door: 'mapping', match: 'content', sid: null };
  const opened = openEnvelope(record);
  const parameters = opened.kind === 'record' ? asObject(opened.record['requestParameters']) : undefined;
  return asText(parameters?.['functionName']) === null
    ? undefined
    : { door: 'mapping', match: 'perhaps', sid: null };
}

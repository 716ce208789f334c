import type { Mode } from '../allowlist/allowlist.ts';
import type { Caller } from '../caller/caller.ts';
import { describeCaller } from '../caller/description.ts';
import type { Session } from '../caller/session.ts';
import type { ConfigurationChange } from '../change/change.ts';
import { type ChangeFinding, nameDoor } from '../change/change-finding.ts';
import type { ChangeDecision, ChangeVerdict } from '../change/change-verdict.ts';
import type { ChangeOrigin } from '../change/own-change.ts';
import type { Guard } from '../guard.ts';
import { parseFunctionName, qualifyFunctionArn } from '../record/function-reference.ts';
import type { Alert } from './alert.ts';
import { headlineChange, readWorstOutcome } from './change-headline.ts';
import { composeChangeText, composeStepWayBack } from './change-text.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyOwner } from './policy-owner.ts';
import { shortenText } from './quotation.ts';
import { composeSubject } from './subject.ts';

/** What was done about a change in one function. */
export interface ChangeStep {
  /** Null where the change is about no function. */
  readonly functionArn: string | null;
  readonly qualifier: string | null;
  readonly outcome: Outcome;
  /** Who else writes the policy; looked up only where it was rewritten. */
  readonly owner?: PolicyOwner;
}

/** Everything that an alert about a change tells. */
export interface ChangeSubject {
  readonly guard: Guard;
  readonly change: ConfigurationChange;
  readonly decision: ChangeDecision;
  readonly finding: Exclude<ChangeFinding, 'none'>;
  readonly origin: Exclude<ChangeOrigin, 'ledger'>;
  readonly session: Session;
  /** The function's; null where the allowlist names none. */
  readonly mode: Mode | null;
  /** At least one. */
  readonly steps: readonly ChangeStep[];
  /** Sentences on what stands all the same. */
  readonly remains: readonly string[];
  /** The guard's last containment of the function, where it may be why Lambda disabled a trigger. */
  readonly recentContainment: { readonly containmentId: string; readonly storedTime: string } | null;
}

/** The structured form of an alert about a change. */
export interface ChangeEvent {
  readonly version: 1;
  readonly kind: 'change';
  readonly guard: Guard;
  readonly functionArn: string | null;
  readonly qualifier: string | null;
  readonly eventID: string | null;
  readonly eventTime: string | null;
  readonly eventName: string;
  /** Kind of door and step, such as `grant` or `functionUrl.created`. */
  readonly door: string;
  readonly actor: Caller;
  readonly session: Session;
  readonly verdict: ChangeVerdict;
  readonly reason: string;
  readonly finding: ChangeSubject['finding'];
  readonly origin: ChangeSubject['origin'];
  readonly errorCode: string | null;
  /** The one that needs a person most, where there are several. */
  readonly outcome: Outcome;
  readonly steps: readonly (ChangeStep & { readonly rollback: string | null })[];
  readonly remains: readonly string[];
  readonly recentContainment: ChangeSubject['recentContainment'];
  /** Of the first function that has one. */
  readonly rollback: string | null;
}

const FIELD_CHARACTERS = 1_000;

/**
 * Composes the alert about one change of who may call a function, or of the guard: readable text, structured JSON, and
 * attributes for filter policies. What others chose cannot forge lines, links or fields, as in the alert about a call.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (Subject)
 */
export function composeChangeAlert(about: ChangeSubject): Alert {
  const { guard, change, decision, session, steps } = about;
  const outcome = readWorstOutcome(steps);
  const name = nameThing(about);
  const undoable = steps.map((step) => ({ ...step, rollback: composeStepWayBack(step) }));
  return {
    subject: composeSubject(headlineChange(about), name),
    text: composeChangeText(about),
    event: {
      version: 1,
      kind: 'change',
      guard,
      functionArn: limit(change.functionArn),
      qualifier: change.qualifier,
      eventID: limit(change.eventID),
      eventTime: limit(change.eventTime),
      eventName: shortenText(change.eventName, FIELD_CHARACTERS),
      door: shortenText(nameDoor(change.action), FIELD_CHARACTERS),
      actor: change.actor,
      session: {
        ...session,
        startTime: limit(session.startTime),
        sourceIPAddress: limit(session.sourceIPAddress),
        userAgent: limit(session.userAgent),
      },
      verdict: decision.verdict,
      reason: decision.reason,
      finding: about.finding,
      origin: about.origin,
      errorCode: limit(change.errorCode),
      outcome,
      steps: undoable,
      remains: about.remains,
      recentContainment: about.recentContainment,
      rollback: undoable.find(({ rollback }) => rollback !== null)?.rollback ?? null,
    },
    attributes: {
      kind: 'change',
      verdict: decision.verdict,
      outcome: outcome.kind,
      succeeded: change.errorCode === null ? 'true' : 'false',
      door: change.action.kind,
      callerKind: change.actor.kind,
      mode: about.mode ?? 'unguarded',
      functionName: name,
      account: guard.account,
      region: guard.region,
    },
  };
}

/** A function's name, or what else the change is about. */
function nameThing({ change }: ChangeSubject): string {
  const { action, functionArn } = change;
  const name = parseFunctionName(functionArn ?? '')?.name;
  if (name !== undefined) return name;
  switch (action.kind) {
    case 'bucketNotification':
      return 'several functions';
    case 'identity':
      return shortenText(action.name ?? `a ${action.identity}`, 60);
    case 'part':
      return action.part;
    case 'trail':
    case 'trailSelectors':
      return 'trail';
    case 'rule':
      return 'rule';
    default:
      return 'unknown function';
  }
}

function limit(text: string | null): string | null {
  return text === null ? null : shortenText(text, FIELD_CHARACTERS);
}

/** Says in one line what happened, for logs. Text that others chose is in it: print it safely. */
export function summarizeChange({
  change,
  decision,
  steps,
}: Pick<ChangeSubject, 'change' | 'decision'> & Partial<Pick<ChangeSubject, 'steps'>>): string {
  const { actor, eventName, functionArn, qualifier, errorCode } = change;
  const target = functionArn === null ? '' : ` of ${qualifyFunctionArn(functionArn, qualifier)}`;
  const failed = errorCode === null ? '' : ` (failed: ${errorCode})`;
  const end = steps === undefined ? '' : `, ${readWorstOutcome(steps).kind}`;
  return `${describeCaller(actor)}: ${eventName}${target}${failed}: ${decision.verdict}${end}`;
}

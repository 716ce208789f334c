import type { Caller } from '../caller/caller.ts';
import { describeCaller } from '../caller/description.ts';
import type { GranterSearch } from '../change/granter-search.ts';
import type { Guard } from '../guard.ts';
import { parseFunctionName, qualifyFunctionArn } from '../record/function-reference.ts';
import type { LambdaInvocation } from '../record/invocation.ts';
import type { Decision } from '../verdict/decision.ts';
import { composeAlertText } from './alert-text.ts';
import type { ChangeEvent } from './change-alert.ts';
import type { ConvergenceEvent } from './convergence-alert.ts';
import type { DigestEvent } from './digest-alert.ts';
import type { ExpiryEvent } from './expiry-alert.ts';
import { limitGranter } from './granter.ts';
import { headlineOutcome } from './headline.ts';
import type { HeartbeatEvent } from './heartbeat-alert.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyOwner } from './policy-owner.ts';
import { shortenText } from './quotation.ts';
import { composeWayBack } from './rollback-command.ts';
import { composeSubject } from './subject.ts';
import type { TierEvent } from './tier-alert.ts';

/** Everything that an alert tells. */
export interface AlertSubject {
  readonly guard: Guard;
  readonly invocation: LambdaInvocation;
  readonly caller: Caller;
  readonly decision: Decision;
  readonly outcome: Outcome;
  /** Who else writes the policy; looked up only where it was rewritten. */
  readonly owner?: PolicyOwner;
  /** Who let the caller in; looked up only where somebody got in. */
  readonly granter?: GranterSearch;
}

/** A composed alert, ready to publish. */
export interface Alert {
  /** At most 100 printable ASCII characters on one line, as SNS demands. */
  readonly subject: string;
  /** For people, in e-mail. */
  readonly text: string;
  /** For machines; the shape is documented in docs/alerts.md. */
  readonly event:
    | InvocationEvent
    | ChangeEvent
    | ConvergenceEvent
    | TierEvent
    | ExpiryEvent
    | DigestEvent
    | HeartbeatEvent;
  /** For SNS filter policies. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The structured form of an alert about one call. */
export interface InvocationEvent {
  readonly version: 1;
  readonly kind: 'invocation';
  readonly guard: Guard;
  readonly functionArn: string | null;
  readonly qualifier: string | null;
  readonly caller: Caller;
  readonly verdict: Decision['verdict'];
  readonly reason: string;
  /** JSON pointer into invokeguard.yaml of the entry that nearly matched. */
  readonly nearest: string | null;
  readonly eventID: string | null;
  readonly eventTime: string | null;
  readonly eventName: string;
  readonly invocationType: string | null;
  readonly sourceIPAddress: string | null;
  readonly userAgent: string | null;
  readonly errorCode: string | null;
  readonly outcome: Outcome;
  readonly rollback: string | null;
  /** Who may overwrite the rewritten policy; null where none was rewritten. */
  readonly owner: PolicyOwner | null;
  /** Who let the caller in; null where nobody got in, or it is not known whether. */
  readonly granter: GranterSearch | null;
}

const FIELD_CHARACTERS = 1_000;

/**
 * Composes the alert about one call: readable text, structured JSON, and attributes for filter policies.
 * Names in a record are chosen by whoever called: in the text they cannot forge lines, links or fields, and no field
 * is ever longer than its limit.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (Subject)
 */
export function composeAlert(about: AlertSubject): Alert {
  const { invocation, caller, decision, outcome, guard } = about;
  const name = parseFunctionName(invocation.functionArn ?? '')?.name ?? 'unknown function';
  return {
    subject: composeSubject(headlineOutcome(decision.verdict, outcome), name),
    text: composeAlertText(about),
    event: {
      version: 1,
      kind: 'invocation',
      guard,
      functionArn: limit(invocation.functionArn),
      qualifier: invocation.qualifier,
      caller,
      verdict: decision.verdict,
      reason: decision.reason,
      nearest: decision.nearest?.pointer ?? null,
      eventID: limit(invocation.eventID),
      eventTime: limit(invocation.eventTime),
      eventName: shortenText(invocation.eventName, FIELD_CHARACTERS),
      invocationType: limit(invocation.invocationType),
      sourceIPAddress: limit(invocation.sourceIPAddress),
      userAgent: limit(invocation.userAgent),
      errorCode: limit(invocation.errorCode),
      outcome,
      rollback: composeWayBack(invocation, outcome),
      owner: about.owner ?? null,
      granter: about.granter === undefined ? null : limitGranter(about.granter),
    },
    attributes: {
      kind: 'invocation',
      verdict: decision.verdict,
      outcome: outcome.kind,
      callerKind: caller.kind,
      mode: decision.guarded?.mode ?? 'unguarded',
      functionName: name,
      account: guard.account,
      region: guard.region,
    },
  };
}

function limit(text: string | null): string | null {
  return text === null ? null : shortenText(text, FIELD_CHARACTERS);
}

/** Says in one line what happened, for logs. The caller's own text is in it: print it safely. */
export function summarizeAlert(about: AlertSubject): string {
  const arn = about.invocation.functionArn;
  const target = arn === null ? 'an unknown function' : qualifyFunctionArn(arn, about.invocation.qualifier);
  return `${describeCaller(about.caller)} called ${target}: ${about.decision.verdict}, ${about.outcome.kind}`;
}

import { type AlertSubject, composeAlert } from '../core/alert/alert.ts';
import { composeCallerKey } from '../core/caller/description.ts';
import { type ChangeHistory, findGranter } from './access-history.ts';
import { type AlertingPorts, type AlertSending, sendAlert } from './alerting.ts';
import { findPolicyOwner } from './policy-owner.ts';
import type { FunctionTags } from './ports.ts';

/** What telling a call acts on. */
export interface CallTellingPorts extends AlertingPorts {
  readonly changeHistory: ChangeHistory;
  readonly tags: FunctionTags;
}

/**
 * Alerts about a call unless the same violation was alerted within the ledger's window; a crash in between alerts again.
 * A policy that was changed is always alerted; calls of the same caller that were on their way meanwhile are not.
 */
export async function tellCall(
  found: AlertSubject,
  eventID: string,
  ports: CallTellingPorts,
): Promise<{ readonly about: AlertSubject; readonly alert: AlertSending }> {
  const { outcome, invocation, caller } = found;
  const state = outcome.kind === 'contained' ? `contained ${outcome.containmentId}` : outcome.kind;
  let about = found;
  const compose = async () => {
    about = await addBackground(found, ports);
    return composeAlert(about);
  };
  const group = { functionArn: invocation.functionArn, caller };
  const alert = await sendAlert({ key: composeKey(found, state), eventID, group, compose }, ports);
  if (alert !== 'repeated' && outcome.kind === 'contained') {
    const later = composeKey(found, 'alreadyContained');
    await ports.ledger.claimAlert(later, eventID, ports.clock.nowMs());
    await ports.ledger.confirmAlert(later, eventID);
  }
  return { about, alert };
}

/** What people want to know beside what was done: none of it is asked for before that is done. */
async function addBackground(about: AlertSubject, ports: CallTellingPorts): Promise<AlertSubject> {
  const [owner, granter] = await Promise.all([addPolicyOwner(about, ports.tags), addGranter(about, ports)]);
  return { ...about, ...owner, ...granter };
}

/** Only a policy that was rewritten can be overwritten by whoever owns it. */
async function addPolicyOwner(
  { invocation, outcome }: AlertSubject,
  tags: FunctionTags,
): Promise<Pick<AlertSubject, 'owner'>> {
  const { functionArn } = invocation;
  if (outcome.kind !== 'contained' || functionArn === null) return {};
  return { owner: await findPolicyOwner(functionArn, tags) };
}

/** Nobody let in a caller that did not get in; and as long as a containment is not done, nothing else is. */
async function addGranter(
  { invocation, caller, decision, outcome }: AlertSubject,
  { changeHistory, clock }: CallTellingPorts,
): Promise<Pick<AlertSubject, 'granter'>> {
  if (decision.verdict !== 'unauthorized' || outcome.kind === 'delayed') return {};
  const removed = outcome.kind === 'contained' ? outcome.removed : [];
  const granter = await findGranter({ invocation, caller, removed }, changeHistory, clock);
  return granter === undefined ? {} : { granter };
}

function composeKey({ invocation, caller, decision }: AlertSubject, state: string): string {
  const arn = invocation.functionArn ?? 'unknown';
  return [decision.verdict, arn, invocation.qualifier ?? '', composeCallerKey(caller), state].join('|');
}

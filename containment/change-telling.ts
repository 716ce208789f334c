import { type ChangeStep, type ChangeSubject, composeChangeAlert } from '../core/alert/change-alert.ts';
import { readWorstOutcome } from '../core/alert/change-headline.ts';
import { composeCallerKey } from '../core/caller/description.ts';
import type { ConfigurationChange } from '../core/change/change.ts';
import { nameDoor } from '../core/change/change-finding.ts';
import { parseEventTime } from '../core/record/event-time.ts';
import { type AlertingPorts, type AlertSending, sendAlert } from './alerting.ts';
import { PermanentError } from './errors.ts';
import { findPolicyOwner } from './policy-owner.ts';
import type { Containment, FunctionTags, Ledger, PolicyTarget } from './ports.ts';

/** What telling a change acts on. */
export interface TellingPorts extends AlertingPorts {
  readonly tags: FunctionTags;
}

/**
 * Alerts about a change, unless the same actor's very same change in the same function ended alike within the ledger's
 * window: then it is only counted. A policy that was rewritten is always told.
 */
export async function tellChange(
  found: ChangeSubject,
  eventID: string,
  ports: TellingPorts,
): Promise<{ readonly about: ChangeSubject; readonly alert: AlertSending }> {
  let about = found;
  const compose = async () => {
    about = { ...found, steps: await addPolicyOwners(found.steps, ports.tags) };
    return composeChangeAlert(about);
  };
  const group = { functionArn: found.change.functionArn, caller: found.change.actor };
  const alert = await sendAlert({ key: composeKey(found), eventID, group, compose }, ports);
  return { about, alert };
}

async function addPolicyOwners(
  steps: readonly ChangeStep[],
  tags: FunctionTags,
): Promise<readonly ChangeStep[]> {
  return Promise.all(
    steps.map(async (step) =>
      step.outcome.kind !== 'contained' || step.functionArn === null
        ? step
        : { ...step, owner: await findPolicyOwner(step.functionArn, tags) },
    ),
  );
}

function composeKey({ change, decision, origin, steps }: ChangeSubject): string {
  const functions = steps.map(({ functionArn, qualifier }) => `${functionArn ?? ''} ${qualifier ?? ''}`);
  const states = steps.map(({ outcome }) =>
    outcome.kind === 'contained' ? `contained ${outcome.containmentId}` : outcome.kind,
  );
  return [
    'change',
    origin,
    decision.verdict,
    ...functions,
    composeCallerKey(change.actor),
    nameDoor(change.action),
    // Another grant is another door, whoever made both.
    ...(decision.verdict === 'opens' ? [JSON.stringify(change.action)] : []),
    change.errorCode === null ? 'done' : 'failed',
    readWorstOutcome(steps).kind,
    ...states.filter((state) => state.startsWith('contained ')),
  ].join('|');
}

const DAYS_MS = 3 * 86_400_000;

/**
 * The last containment of the version or alias, or else of the function, before Lambda disabled a trigger of it, where
 * that was within three days.
 */
export async function findRecentContainment(
  { action, functionArn, qualifier, eventTime }: ConfigurationChange,
  ledger: Pick<Ledger, 'listContainments'>,
): Promise<ChangeSubject['recentContainment']> {
  if (action.kind !== 'mappingDisabled' || functionArn === null) return null;
  const atMs = parseEventTime(eventTime);
  const ofFunction = await listReadable({ functionArn, qualifier: null }, ledger);
  const containments =
    qualifier === null
      ? ofFunction
      : [...(await listReadable({ functionArn, qualifier }, ledger)), ...ofFunction];
  const recent = containments.find(({ snapshot, state }) => {
    const storedMs = Date.parse(snapshot.storedTime);
    return state !== 'rolledBack' && storedMs <= atMs && atMs <= storedMs + DAYS_MS;
  });
  if (recent === undefined) return null;
  const { containmentId, storedTime } = recent.snapshot;
  return { containmentId, storedTime };
}

/** What somebody changed in the ledger by hand must not keep the alert from going out. */
async function listReadable(
  target: PolicyTarget,
  ledger: Pick<Ledger, 'listContainments'>,
): Promise<readonly Containment[]> {
  try {
    return await ledger.listContainments(target);
  } catch (error) {
    if (error instanceof PermanentError) return [];
    throw error;
  }
}

import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import type { Inbox } from '../steps/open-inbox.ts';

/** Waits for the alert about the containment. Answers the SHA-256 of the snapshot that it names. */
export async function readContainment(inbox: Inbox, narrator: Narrator): Promise<string> {
  const alerts = await pollUntil('an alert to be delivered', inbox.takeAlerts, (found) => found.length > 0);
  const outcome = alerts[0]?.event.outcome;
  if (outcome?.kind !== 'contained' || outcome.lever !== 'resourcePolicy') {
    throw new StepFailure('an alert of a containment by resource policy', JSON.stringify(outcome));
  }
  narrator.tell(
    'EMULATED',
    `SNS delivered the alert: outcome ${outcome.kind}, snapshot SHA-256 ${outcome.digest}`,
  );
  return outcome.digest;
}

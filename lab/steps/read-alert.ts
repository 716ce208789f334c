import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import type { DeliveredAlert, Inbox } from './open-inbox.ts';

/** Waits for the alert and shows it as a subscriber gets it. */
export async function readAlert(inbox: Inbox, narrator: Narrator): Promise<DeliveredAlert> {
  const alerts = await pollUntil('an alert to be delivered', inbox.takeAlerts, (found) => found.length > 0);
  const [alert] = alerts;
  if (alert === undefined || alerts.length > 1) throw new StepFailure('one alert', `${alerts.length}`);
  narrator.tell('REAL', 'the alert, as SNS (EMULATED) delivered it:');
  narrator.show(`Subject: ${alert.subject}\n\n${alert.text.trimEnd()}`);
  return alert;
}

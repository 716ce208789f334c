import { composeAlertMail } from '../alert-mail.ts';
import type { CloudTrailEvent } from '../invocation-record.ts';
import type { Narrator } from '../narration.ts';
import { pollUntil, StepFailure } from '../step-failure.ts';
import type { Inbox, InvocationAlert } from './open-inbox.ts';

/** An alert as it was delivered, and the e-mail that goes with it. */
export interface ReadAlert {
  readonly delivered: InvocationAlert;
  readonly mail: string;
}

/** Waits for the alert about the call and shows it as people get it. */
export async function readAlert(
  inbox: Inbox,
  event: CloudTrailEvent,
  narrator: Narrator,
): Promise<ReadAlert> {
  const alerts = await pollUntil('an alert to be delivered', inbox.takeAlerts, (found) => found.length > 0);
  const [delivered] = alerts;
  if (delivered === undefined || alerts.length > 1) throw new StepFailure('one alert', `${alerts.length}`);
  const { verdict, outcome } = delivered.event;
  narrator.tell('EMULATED', `SNS delivered the alert as JSON: verdict ${verdict}, outcome ${outcome.kind}`);
  const mail = composeAlertMail(delivered.event, event.envelope);
  narrator.tell('REAL', 'the same alert as e-mail, composed by the same code (the local SNS sends no mail):');
  narrator.show(mail);
  return { delivered, mail };
}

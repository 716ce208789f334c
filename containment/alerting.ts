import type { Alert } from '../core/alert/alert.ts';
import type { FindingGroup } from '../core/alert/finding-group.ts';
import type { AlertBook, AlertPublisher, Clock, Ledger } from './ports.ts';

/** What sending an alert acts on. */
export interface AlertingPorts {
  readonly alerts: AlertPublisher;
  readonly alertBook: AlertBook;
  readonly ledger: Pick<Ledger, 'claimAlert' | 'confirmAlert'>;
  readonly clock: Clock;
}

/** Something that people should know. */
export interface Finding {
  /** Findings with the same key are told once in the ledger's window. */
  readonly key: string;
  /** What made it known: an event, or a run. The same one may tell it again until it was told. */
  readonly eventID: string;
  /** What it belongs to in a digest; `guard` where it is about the guard itself, which nobody else can make many. */
  readonly group: FindingGroup | 'guard';
  /** Composed only where it is told. */
  readonly compose: () => Promise<Alert>;
}

/**
 * What became of a finding's alert: `repeated` where one like it was told before, `deferred` where the window's
 * messages are used up. Both are in the next digest.
 */
export type AlertSending = 'sent' | 'repeated' | 'deferred';

/** Tells people of a finding, unless it was told within the ledger's window. A crash in between tells it again. */
export async function sendAlert(
  { key, eventID, compose }: Finding,
  { alerts, ledger, clock }: AlertingPorts,
): Promise<AlertSending> {
  const claim = await ledger.claimAlert(key, eventID, clock.nowMs());
  if (claim.kind === 'repeated') return 'repeated';
  await alerts.publishAlert(await compose());
  await ledger.confirmAlert(key, eventID);
  return 'sent';
}

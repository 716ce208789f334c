import type { Alert } from '../core/alert/alert.ts';
import { addLastNotice } from '../core/alert/digest-text.ts';
import { deferAlert, type FindingGroup, nameGroup } from '../core/alert/finding-group.ts';
import type { AlertBook, AlertPublisher, MessageSpender } from './alert-ports.ts';
import type { Clock, Ledger } from './ports.ts';

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

/** What the guard finds about itself. */
const ABOUT_GUARD: FindingGroup = { functionArn: null, caller: null };

/**
 * Tells people of a finding, unless one like it was told within the ledger's window; where the messages of the hour are
 * used up, it is kept for the digest. A crash in between tells or keeps it again.
 */
export async function sendAlert(finding: Finding, ports: AlertingPorts): Promise<AlertSending> {
  const { key, eventID } = finding;
  const { ledger, clock } = ports;
  const claim = await ledger.claimAlert(key, eventID, clock.nowMs());
  if (claim.kind === 'repeated') {
    // The very event that was told is no repetition of itself.
    if (claim.eventID !== eventID) await countRepetition(finding, ports);
    return 'repeated';
  }
  const sending = await tellOrDefer(finding, ports);
  await ledger.confirmAlert(key, eventID);
  return sending;
}

async function countRepetition(
  { group, eventID }: Finding,
  { alertBook, clock }: AlertingPorts,
): Promise<void> {
  if (group !== 'guard') await alertBook.countRepetition(nameGroup(group), eventID, clock.nowMs());
}

async function tellOrDefer(
  { group, eventID, compose }: Finding,
  { alerts, alertBook, clock }: AlertingPorts,
): Promise<'sent' | 'deferred'> {
  const alert = await compose();
  const nowMs = clock.nowMs();
  const about = group === 'guard' ? ABOUT_GUARD : group;
  const spender: MessageSpender =
    group === 'guard' ? { kind: 'guard' } : { kind: 'finding', groupID: nameGroup(group).groupID };
  const grant = await alertBook.takeMessage(spender, nowMs);
  if (grant.kind === 'spent') {
    await alertBook.deferFinding(deferAlert(about, alert, eventID, new Date(nowMs).toISOString()));
    return 'deferred';
  }
  await alerts.publishAlert(grant.last === 'no' ? alert : addLastNotice(alert, grant.last));
  return 'sent';
}

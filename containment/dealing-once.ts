import { RetryableError } from './errors.ts';
import type { Clock, RecordPath, Sighting, Sightings } from './ports.ts';

/** What keeps a finding from being dealt with twice. */
export interface DealingPorts {
  readonly sightings: Sightings;
  readonly clock: Clock;
}

/** A finding that was dealt with before, by this path or the other. */
export interface DealtWith {
  readonly kind: 'dealtWith';
  readonly by: RecordPath;
}

/**
 * Nearly all that the sweep finds the live path has dealt with: one read saves it the containment's. The live path asks
 * nothing before it contains. A record without an eventID is never a duplicate.
 */
export async function recallDealing(
  eventID: string | null,
  path: RecordPath,
  { sightings }: Pick<DealingPorts, 'sightings'>,
): Promise<Sighting> {
  return path === 'live' || eventID === null ? { kind: 'unseen' } : sightings.readSighting(eventID);
}

/**
 * Tells a finding, and hands on what follows from it, once for each event whichever path it came by. A crash in between
 * does it again; a record without an eventID is never a duplicate. Throws `RetryableError` while the other path is at it.
 */
export async function dealOnce<T>(
  eventID: string | null,
  path: RecordPath,
  { sightings, clock }: DealingPorts,
  deal: () => Promise<T>,
): Promise<T | DealtWith> {
  if (eventID === null) return deal();
  const claim = await sightings.claimSighting(eventID, path, clock.nowMs());
  if (claim.kind === 'dealtWith') return claim;
  if (claim.kind === 'busy') {
    throw new RetryableError('EventInWork', `event \`${eventID}\` is being dealt with by the other path`);
  }
  const dealt = await deal();
  await sightings.confirmSighting(eventID, path);
  return dealt;
}

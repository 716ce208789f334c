import { parseEventTime } from '../record/event-time.ts';
import type { ConfigurationChange } from './change.ts';
import { CLOCK_MS, LATEST_MS, type StoredWrites } from './stored-writes.ts';

/** All triggers of a function are switched on one after the other, and it is noted at the end. */
const RESTORING_MS = 15 * 60_000;

/**
 * Decides whether the ledger tells of a trigger that was turned: a mapping that the guard disables notes it first, and
 * `rollback --tier` of a person keeps what it switched on again.
 */
export function explainSwitch(
  { action, eventTime, functionArn, qualifier }: ConfigurationChange,
  { disablingMs, restored }: Pick<StoredWrites, 'disablingMs' | 'restored'>,
  actor: 'guard' | 'others',
): boolean {
  const atMs = parseEventTime(eventTime);
  if (action.kind === 'mapping' && action.step === 'changed' && action.polling === 'off') {
    const noted = disablingMs !== null && disablingMs - CLOCK_MS <= atMs && atMs <= disablingMs + LATEST_MS;
    return actor === 'guard' && noted;
  }
  if (restored === null || functionArn === null) return false;
  if (atMs < restored.atMs - RESTORING_MS || atMs > restored.atMs + CLOCK_MS) return false;
  if (action.kind === 'mapping' && action.step === 'changed') {
    const { mappingArn } = action;
    return restored.switches.some(
      (turned) =>
        turned.kind === 'eventSourceMapping' &&
        mappingArn?.endsWith(`:event-source-mapping:${turned.uuid}`) === true,
    );
  }
  if (action.kind === 'functionUrl' && action.step === 'changed') {
    return restored.switches.some(
      (turned) =>
        turned.kind === 'functionUrl' && turned.qualifier === qualifier && turned.before === action.authType,
    );
  }
  return false;
}

import type { HandledChange } from '../containment/record-handling.ts';
import { summarizeChange } from '../core/alert/change-alert.ts';
import { printSafely } from '../core/text.ts';
import { countOutcome, countSending } from './outcome-metrics.ts';
import { countMetric, type Telemetry } from './telemetry.ts';

/**
 * Says what became of a change. The guard's own are counted apart, so that an alarm on what is opened or tampered with
 * rings for others only; what opens nothing leaves no more than a line where it takes access away.
 */
export function reportChange({ response, memory }: HandledChange, telemetry: Telemetry): void {
  if (memory !== null) countMetric(MEMORY_METRICS[memory], telemetry);
  const { change, decision } = response.kind === 'told' ? response.about : response;
  if (response.kind === 'counted' && response.origin === 'ledger') return countMetric('ChangeOwn', telemetry);
  countMetric(CHANGE_METRICS[decision.verdict], telemetry);
  const { logger } = telemetry;
  const { eventID } = change;
  switch (response.kind) {
    case 'counted':
      if (decision.verdict !== 'closes') return;
      logger.info(printSafely(summarizeChange({ change, decision })), { eventID });
      return;
    case 'handedOn':
      countMetric('ChangeHandedOn', telemetry);
      logger.info(printSafely(summarizeChange({ change, decision })), { eventID });
      return;
    case 'told': {
      const { about, alert } = response;
      for (const { outcome } of about.steps) countOutcome(outcome, telemetry);
      countSending(alert, telemetry);
      const digests = about.steps.flatMap(({ outcome }) =>
        outcome.kind === 'contained' ? [outcome.digest] : [],
      );
      logger.warn(printSafely(summarizeChange(about)), {
        eventID,
        alert,
        ...(digests.length === 0 ? {} : { snapshotDigests: digests }),
      });
    }
  }
}

/** Names of the metrics by what the core says of a change. */
const CHANGE_METRICS = {
  opens: 'ChangeOpens',
  closes: 'ChangeCloses',
  tampers: 'ChangeTampers',
  neutral: 'ChangeNeutral',
} as const;

/** Names of the metrics by what became of a record about an event source mapping. */
export const MEMORY_METRICS = { remembered: 'MappingLearnt', foreign: 'RecordSkipped' } as const;

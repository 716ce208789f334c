import type { Handled, HandledChange } from '../../containment/record-handling.ts';
import type { SweepEnd, SweepListener } from '../../containment/sweep.ts';
import type { ChangeAction } from '../../core/change/change.ts';
import { GUARD_FUNCTION_NAMES } from '../../core/guard.ts';
import { parseFunctionName } from '../../core/record/function-reference.ts';
import { reportHandled } from '../record-report.ts';
import { countMetric, type Telemetry } from '../telemetry.ts';

/** So many faults of one file are logged in full; all are counted. */
const LOGGED_FAULTS = 10;

/**
 * Says in metrics and in the log what a sweep found in one file. Authorized calls, changes that open nothing, and what the
 * live path dealt with are the live path's to count: here they are records of the file, no more.
 */
export class SweepReport implements SweepListener {
  readonly #key: string;
  readonly #telemetry: Telemetry;
  readonly #counts = { records: 0, foreign: 0, dealtWith: 0, found: 0, rejected: 0, failed: 0 };

  constructor(key: string, telemetry: Telemetry) {
    this.#key = key;
    this.#telemetry = telemetry;
  }

  handled(handled: Exclude<Handled, { kind: 'rejected' }>): void {
    this.#counts.records += 1;
    switch (handled.kind) {
      case 'skipped':
        if (handled.reason === 'otherAccount' || handled.reason === 'otherRegion') this.#counts.foreign += 1;
        return;
      case 'learnt':
        if (handled.memory === 'foreign') this.#counts.foreign += 1;
        return;
      case 'passed':
      case 'heartbeat':
        return;
      case 'dealtWith':
        this.#counts.dealtWith += 1;
        return;
      case 'change':
        // What opens nothing the live path has counted.
        if (handled.response.kind === 'counted') return;
        if (isCarriedLive(handled.response)) this.#counts.found += 1;
        reportHandled(handled, this.#telemetry);
        return;
      case 'alerted':
        this.#counts.found += 1;
        reportHandled(handled, this.#telemetry);
    }
  }

  rejected(position: number | null, reason: string): void {
    this.#counts.rejected += 1;
    if (this.#counts.rejected > LOGGED_FAULTS) return;
    this.#telemetry.logger.error('log file holds what is no CloudTrail record', {
      key: this.#key,
      position,
      reason,
    });
  }

  failed(position: number, error: unknown): void {
    this.#counts.failed += 1;
    if (this.#counts.failed > LOGGED_FAULTS) return;
    this.#telemetry.logger.error('record of a log file failed', { key: this.#key, position, error });
  }

  /** Counts the file, and answers what keeps it from being done with; `undefined` where nothing does. */
  close(end: SweepEnd): string | undefined {
    const { logger } = this.#telemetry;
    if (end === 'gone') {
      countMetric('SweepGone', this.#telemetry);
      logger.warn('log file is gone: it was deleted after it was delivered', { key: this.#key });
      return undefined;
    }
    countMetric('SweepFiles', this.#telemetry);
    for (const [name, count] of METRICS) {
      if (this.#counts[count] > 0) countMetric(name, this.#telemetry, this.#counts[count]);
    }
    logger.info('log file swept', { key: this.#key, end, ...this.#counts });
    const { rejected, failed } = this.#counts;
    const faults = [
      ...(rejected > 0 ? [`${rejected} pieces are no CloudTrail records`] : []),
      ...(failed > 0 ? [`${failed} records failed`] : []),
      ...(end === 'outOfTime' ? ['the time was over before its end'] : []),
    ];
    return faults.length === 0 ? undefined : `\`${this.#key}\`: ${faults.join(', ')}`;
  }
}

/**
 * Whether EventBridge should have brought a change to the live path too. Tampering with the guard and the trail is told
 * by the watch, which tells the ledger nothing, and IAM's events reach one Region only: these the sweep always finds.
 */
function isCarriedLive(response: Exclude<HandledChange['response'], { kind: 'counted' }>): boolean {
  const { action, functionArn } = response.kind === 'told' ? response.about.change : response.change;
  if (SWEPT_ONLY.has(action.kind)) return false;
  return !GUARD_FUNCTION_NAMES.includes(parseFunctionName(functionArn ?? '')?.name ?? '');
}

const SWEPT_ONLY: ReadonlySet<ChangeAction['kind']> = new Set([
  'identity',
  'part',
  'rule',
  'trail',
  'trailSelectors',
]);

/** Names of the metrics by what they count in a file. */
const METRICS = [
  ['SweepRecords', 'records'],
  ['SweepForeign', 'foreign'],
  ['SweepOnly', 'found'],
  ['SweepRejected', 'rejected'],
] as const;

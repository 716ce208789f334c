import type { SQSRecord } from 'aws-lambda';
import { sweepLog } from '../../containment/sweep.ts';
import { readLogAccount } from '../../logs/key-layout.ts';
import { countMetric } from '../telemetry.ts';
import { readLogMessage } from './message.ts';
import { SweepReport } from './sweep-report.ts';
import type { SweepRuntime } from './sweep-runtime.ts';

/**
 * Deals with one message: sweeps the log files that it tells of. Throws for what should be delivered again or end in the
 * dead-letter queue: a message that S3 did not write, a file that cannot be read or is damaged, records that failed, and
 * a file that the time did not suffice for.
 */
export async function handleLogMessage(
  message: SQSRecord,
  deadlineMs: number,
  runtime: SweepRuntime,
): Promise<void> {
  const { logger } = runtime.telemetry;
  const read = readLogMessage(message, runtime.bucket);
  switch (read.kind) {
    case 'test':
      logger.info('the bucket notifies the queue');
      return;
    case 'malformed':
      countMetric('SweepRejected', runtime.telemetry);
      logger.error('message tells of no log file', { messageId: message.messageId, reason: read.reason });
      throw new Error(`message \`${message.messageId}\` tells of no log file: ${read.reason}`);
    case 'objects': {
      const faults: string[] = [];
      for (const key of read.keys) {
        const fault = await sweepKey({ key, deliveryCount: read.deliveryCount, deadlineMs }, runtime);
        if (fault !== undefined) faults.push(fault);
      }
      if (faults.length > 0) throw new Error(`the sweep has to be done again: ${faults.join('; ')}`);
    }
  }
}

/** Sweeps one object if it is a log file of the guard's own account; answers why it has to be done again. */
async function sweepKey(
  delivery: Parameters<typeof sweepLog>[0],
  { allowlist, guard, ports, telemetry }: SweepRuntime,
): Promise<string | undefined> {
  const { key } = delivery;
  const account = readLogAccount(key);
  if (account !== guard.account) {
    // An organization's trail delivers the files of all its accounts. What was called here is in a file of this one.
    countMetric(account === undefined ? 'SweepSkipped' : 'SweepForeign', telemetry);
    telemetry.logger.debug('object is no log file of this account', { key });
    return undefined;
  }
  const report = new SweepReport(key, telemetry);
  return report.close(await sweepLog(delivery, allowlist, guard, ports, report));
}

import type { SQSRecord } from 'aws-lambda';
import { handleRecord, type RecordPorts } from '../../containment/record-handling.ts';
import type { GuardRuntime } from '../guard-runtime.ts';
import { reportHandled } from '../record-report.ts';
import { countMetric, type Telemetry } from '../telemetry.ts';
import { readMessage } from './message.ts';

/** What the remediator works with. */
export type RemediationRuntime = Pick<GuardRuntime, 'allowlist' | 'guard' | 'telemetry'> & {
  readonly ports: RecordPorts;
};

/**
 * Deals with one message: judges a call, or learns from a record about an event source mapping. Throws for what should
 * be delivered again or end in the dead-letter queue: faults that may pass, and messages that are no CloudTrail record
 * at all (a person has to see those).
 */
export async function handleMessage(
  message: SQSRecord,
  { allowlist, guard, ports, telemetry }: RemediationRuntime,
): Promise<void> {
  const read = readMessage(message);
  if (read.kind === 'malformed') return rejectMessage(message, read.reason, telemetry);
  const handled = await handleRecord(read.delivery, allowlist, guard, ports);
  if (handled.kind === 'rejected') return rejectMessage(message, handled.reason, telemetry);
  reportHandled(handled, telemetry);
}

function rejectMessage(message: SQSRecord, reason: string, telemetry: Telemetry): never {
  countMetric('RecordRejected', telemetry);
  telemetry.logger.error('message is no CloudTrail record', { messageId: message.messageId, reason });
  throw new Error(`message \`${message.messageId}\` is no CloudTrail record: ${reason}`);
}

import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSRecord } from 'aws-lambda';
import { rememberMapping } from '../../containment/mapping.ts';
import { type Remediation, type RemediationPorts, remediateRecord } from '../../containment/remediation.ts';
import { summarizeAlert } from '../../core/alert/alert.ts';
import { learnMapping } from '../../core/record/learnt-mapping.ts';
import { printSafely } from '../../core/text.ts';
import type { GuardRuntime, Telemetry } from '../guard-runtime.ts';
import { readMessage } from './message.ts';

/**
 * Deals with one message: judges a call, or learns from a record about an event source mapping. Throws for what should
 * be delivered again or end in the dead-letter queue: faults that may pass, and messages that are no CloudTrail record
 * at all (a person has to see those).
 */
export async function handleMessage(
  message: SQSRecord,
  {
    allowlist,
    guard,
    ports,
    telemetry,
  }: Pick<GuardRuntime, 'allowlist' | 'guard' | 'telemetry'> & {
    readonly ports: RemediationPorts;
  },
): Promise<void> {
  const read = readMessage(message);
  if (read.kind === 'malformed') return rejectMessage(message, read.reason, telemetry);
  const learnt = learnMapping(read.delivery.input);
  if (learnt !== undefined) {
    const memory = await rememberMapping(learnt, guard, ports.mappingMemory);
    telemetry.metrics.addMetric(MEMORY_METRICS[memory], MetricUnit.Count, 1);
    return;
  }
  const remediation = await remediateRecord(read.delivery, allowlist, guard, ports);
  if (remediation.kind === 'rejected') return rejectMessage(message, remediation.reason, telemetry);
  reportRemediation(remediation, telemetry);
}

function rejectMessage(message: SQSRecord, reason: string, { logger, metrics }: Telemetry): never {
  metrics.addMetric('RecordRejected', MetricUnit.Count, 1);
  logger.error('message is no CloudTrail record', { messageId: message.messageId, reason });
  throw new Error(`message \`${message.messageId}\` is no CloudTrail record: ${reason}`);
}

function reportRemediation(
  remediation: Exclude<Remediation, { kind: 'rejected' }>,
  { logger, metrics }: Telemetry,
): void {
  switch (remediation.kind) {
    case 'skipped':
      metrics.addMetric('RecordSkipped', MetricUnit.Count, 1);
      logger.debug('record skipped', { reason: remediation.reason });
      return;
    case 'passed':
      metrics.addMetric(
        remediation.verdict === 'authorized' ? 'Authorized' : 'Unguarded',
        MetricUnit.Count,
        1,
      );
      return;
    case 'alerted': {
      const { about, alert } = remediation;
      metrics.addMetric(
        about.decision.verdict === 'undetermined' ? 'Undetermined' : 'Unauthorized',
        MetricUnit.Count,
        1,
      );
      metrics.addMetric(OUTCOME_METRICS[about.outcome.kind], MetricUnit.Count, 1);
      if (alert === 'repeated') metrics.addMetric('AlertRepeated', MetricUnit.Count, 1);
      logger.warn(printSafely(summarizeAlert(about)), {
        eventID: about.invocation.eventID,
        alert,
        outcome: about.outcome.kind,
        ...(about.outcome.kind === 'contained' ? { snapshotDigest: about.outcome.digest } : {}),
      });
    }
  }
}

/** Names of the metrics by what became of a record about an event source mapping. */
const MEMORY_METRICS = { remembered: 'MappingLearnt', foreign: 'RecordSkipped' } as const;

/** Names of the metrics by outcome. */
const OUTCOME_METRICS = {
  observed: 'Observed',
  notAttempted: 'NotAttempted',
  contained: 'Contained',
  mappingDisabled: 'MappingDisabled',
  alreadyContained: 'AlreadyContained',
  ineffective: 'ContainmentIneffective',
  refused: 'ContainmentRefused',
  delayed: 'ContainmentDelayed',
} as const;

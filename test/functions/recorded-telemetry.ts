import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Telemetry } from '../../functions/telemetry.ts';

/** What a function counted and measured. */
export interface RecordedTelemetry {
  /** Logs nothing, and publishes nothing. */
  readonly telemetry: Telemetry;
  /** Names of counting metrics, as often and in the order as they were added. */
  readonly counted: readonly string[];
  /** Sums of counting metrics. */
  readonly sums: Readonly<Record<string, number>>;
  /** Last values of all other metrics. */
  readonly measured: Readonly<Record<string, number>>;
}

/** Builds telemetry that keeps the metrics; what it kept grows while it is used. */
export function recordTelemetry(): RecordedTelemetry {
  const metrics = new Metrics({ namespace: 'Invokeguard', serviceName: 'test' });
  const counted: string[] = [];
  const sums: Record<string, number> = {};
  const measured: Record<string, number> = {};
  jest.spyOn(metrics, 'addMetric').mockImplementation((name, unit, value) => {
    if (unit === 'Count') {
      counted.push(name);
      sums[name] = (sums[name] ?? 0) + value;
    } else {
      measured[name] = value;
    }
    return metrics;
  });
  return { telemetry: { logger: new Logger({ logLevel: 'SILENT' }), metrics }, counted, sums, measured };
}

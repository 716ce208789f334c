import type { Context, ScheduledEvent } from 'aws-lambda';
import { runHeartbeat } from '../../containment/heartbeat-run.ts';
import { buildHeartbeatRuntime } from './heartbeat-runtime.ts';
import { reportRun } from './run-report.ts';

const runtime = buildHeartbeatRuntime(process.env, __dirname);

/**
 * The heartbeat: on a schedule it calls a function as a caller on no list, and looks whether earlier calls came back as
 * verdicts.
 *
 * Contract: a run that throws is tried again by Lambda, twice. Alerts that went out are not sent again; a second call
 * of the target does no harm.
 */
export async function handler({ id }: Pick<ScheduledEvent, 'id'>, context: Context): Promise<void> {
  const { allowlist, guard, ports, telemetry } = runtime;
  telemetry.logger.addContext(context);
  try {
    reportRun(await runHeartbeat(id, allowlist, guard, ports), telemetry);
  } finally {
    telemetry.metrics.publishStoredMetrics();
  }
}

import { buildHistoryClient, CloudtrailEventHistory } from '../aws/cloudtrail-event-history.ts';
import type { RecordPorts } from '../containment/record-handling.ts';
import { buildGuardRuntime, type GuardRuntime } from './guard-runtime.ts';

/** What the functions that deal with records work with. */
export interface RecordRuntime extends GuardRuntime {
  readonly ports: GuardRuntime['ports'] & RecordPorts;
}

/** `buildGuardRuntime`, with the history of events, which a function that alerts of no call has no use for. */
export function buildRecordRuntime(env: NodeJS.ProcessEnv, folder: string): RecordRuntime {
  const built = buildGuardRuntime(env, folder);
  const client = buildHistoryClient({ region: built.guard.region, endpoint: env['AWS_ENDPOINT_URL'] });
  const changeHistory = new CloudtrailEventHistory(client, built.ports.clock);
  return { ...built, ports: { ...built.ports, changeHistory } };
}

import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { composeClientConfig } from '../../aws/clients.ts';
import { readTrailState } from '../../aws/cloudtrail-trail-state.ts';
import { readRulesState } from '../../aws/eventbridge-rule-states.ts';
import { LambdaHeartbeatTarget } from '../../aws/lambda-heartbeat-target.ts';
import { readQueuesState } from '../../aws/sqs-queue-depths.ts';
import type { ChainProbe, HeartbeatPorts } from '../../containment/heartbeat-ports.ts';
import { nameHeartbeatTarget } from '../../core/heartbeat/beat.ts';
import { buildGuardRuntime, type GuardRuntime } from '../guard-runtime.ts';
import { parseChainEnvironment } from './chain-environment.ts';

/** What the heartbeat works with. */
export type HeartbeatRuntime = Pick<GuardRuntime, 'allowlist' | 'guard' | 'telemetry'> & {
  readonly ports: HeartbeatPorts;
};

/** Builds the ports from the environment. The clients that only the heartbeat needs are made here. */
export function buildHeartbeatRuntime(env: NodeJS.ProcessEnv, folder: string): HeartbeatRuntime {
  const { allowlist, guard, ports, telemetry } = buildGuardRuntime(env, folder);
  const place = parseChainEnvironment(env);
  const settings = { region: guard.region, endpoint: env['AWS_ENDPOINT_URL'] };
  const targetArn = nameHeartbeatTarget(guard);
  const caller = new LambdaClient({ ...composeClientConfig(settings), maxAttempts: 1 });
  const trails = new CloudTrailClient(composeClientConfig(settings));
  const events = new EventBridgeClient(composeClientConfig(settings));
  const queues = new SQSClient(composeClientConfig(settings));
  const chain: ChainProbe = {
    readParts: async () => ({
      trail: await readTrailState(trails, place.trailArn, targetArn),
      rules: await readRulesState(events, place.rules),
      queues: await readQueuesState(queues, place),
    }),
  };
  const target = new LambdaHeartbeatTarget(caller, targetArn);
  return { allowlist, guard, telemetry, ports: { ...ports, target, chain } };
}

import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { SQSRecord } from 'aws-lambda';
import { handleMessage } from '../../../functions/remediate/message-handler.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  GUARD,
  POLICY,
  TARGET,
} from '../../containment/calls.ts';
import {
  InMemoryAlerts,
  InMemoryConvergence,
  InMemoryLedger,
  InMemoryMappings,
  InMemoryPolicies,
  InMemoryTags,
  StandingClock,
} from '../../containment/in-memory-ports.ts';

function composeMessage(body: string, receiveCount = '1'): SQSRecord {
  return { messageId: 'message-1', body, attributes: { ApproximateReceiveCount: receiveCount } } as SQSRecord;
}

function buildWorld() {
  const policies = new InMemoryPolicies();
  policies.place(TARGET, POLICY);
  const metrics = new Metrics({ namespace: 'Invokeguard', serviceName: 'test' });
  const counted: string[] = [];
  jest.spyOn(metrics, 'addMetric').mockImplementation((name) => {
    counted.push(name);
    return metrics;
  });
  return {
    allowlist: composeAllowlist(),
    guard: GUARD,
    ports: {
      policies,
      ledger: new InMemoryLedger(),
      alerts: new InMemoryAlerts(),
      convergence: new InMemoryConvergence(),
      mappings: new InMemoryMappings(),
      tags: new InMemoryTags(),
      clock: new StandingClock(),
    },
    telemetry: { logger: new Logger({ logLevel: 'SILENT' }), metrics },
    counted,
  };
}

describe('one message of the queue', () => {
  it('with a violation is contained, and counted as such', async () => {
    const world = buildWorld();
    await handleMessage(composeMessage(JSON.stringify(composeMalloryCall())), world);
    expect(world.counted).toEqual(['Unauthorized', 'Contained']);
    expect(world.ports.alerts.published).toHaveLength(1);
  });

  it('with an authorized call is counted', async () => {
    const world = buildWorld();
    await handleMessage(composeMessage(JSON.stringify(composeS3Call())), world);
    expect(world.counted).toEqual(['Authorized']);
  });

  it('of something else is skipped and counted', async () => {
    const world = buildWorld();
    await handleMessage(
      composeMessage(JSON.stringify(composeMalloryCall({ eventName: 'GetFunction20150331v2' }))),
      world,
    );
    expect(world.counted).toEqual(['RecordSkipped']);
  });

  it.each([
    ['that is not JSON', 'hello'],
    ['that is no record', '{"a":1}'],
    ['that is JSON, but no object', '[]'],
  ])('%s is thrown back, so that it ends in the dead-letter queue and is not lost', async (_, body) => {
    const world = buildWorld();
    await expect(handleMessage(composeMessage(body), world)).rejects.toThrow('is no CloudTrail record');
    expect(world.counted).toEqual(['RecordRejected']);
    expect(world.ports.policies.calls).toEqual([]);
  });
});

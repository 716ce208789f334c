import type { SQSRecord } from 'aws-lambda';
import { MESSAGES_PER_WINDOW } from '../../../containment/alert-ports.ts';
import { composeInertGrant } from '../../../core/plan/inert-grant.ts';
import { handleMessage } from '../../../functions/remediate/message-handler.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  FUNCTION_ARN,
  GUARD,
  TARGET,
} from '../../containment/calls.ts';
import { GUARD_ROLE_IDENTITY } from '../../containment/change-world.ts';
import { buildPlantedWorld } from '../../containment/guard-world.ts';
import { recordTelemetry } from '../recorded-telemetry.ts';

function composeMessage(body: string, receiveCount = '1'): SQSRecord {
  return { messageId: 'message-1', body, attributes: { ApproximateReceiveCount: receiveCount } } as SQSRecord;
}

function buildWorld() {
  return { allowlist: composeAllowlist(), guard: GUARD, ports: buildPlantedWorld(), ...recordTelemetry() };
}

describe('one message of the queue', () => {
  it('with a violation is contained, and counted as such', async () => {
    const world = buildWorld();
    await handleMessage(composeMessage(JSON.stringify(composeMalloryCall())), world);
    expect(world.counted).toEqual(['Unauthorized', 'Contained']);
    expect(world.ports.alerts.published).toHaveLength(1);
  });

  it('with a violation tells how long after the call the verdict came, and the policy that shuts the caller out', async () => {
    const world = buildWorld();
    await handleMessage(composeMessage(JSON.stringify(composeMalloryCall())), world);
    expect(world.measured).toEqual({ VerdictLatency: 30_000, ContainmentLatency: 30_000 });
  });

  it.each([
    ['ahead of the clock', '2026-11-21T10:00:01Z'],
    ['more than a day ago', '2026-11-20T09:59:59Z'],
    ['not told', undefined],
  ])('with a violation whose time is %s measures nothing', async (_, eventTime) => {
    const world = buildWorld();
    await handleMessage(composeMessage(JSON.stringify(composeMalloryCall({ eventTime }))), world);
    expect(world.measured).toEqual({});
    expect(world.counted).toContain('Unauthorized');
  });

  it('with a violation whose alert waits for the digest is counted as such', async () => {
    const world = buildWorld();
    const nowMs = world.ports.clock.nowMs();
    for (let group = 0; group < MESSAGES_PER_WINDOW.finding; group += 1) {
      await world.ports.alertBook.takeMessage({ kind: 'finding', groupID: String(group) }, nowMs);
    }
    await handleMessage(composeMessage(JSON.stringify(composeMalloryCall())), world);
    expect(world.counted).toEqual(['Unauthorized', 'Contained', 'AlertDeferred']);
    expect(world.ports.alertBook.deferred).toEqual([
      expect.objectContaining({
        functionArn: FUNCTION_ARN,
        kind: 'invocation',
        outcome: 'unauthorized contained',
        rollback: expect.stringMatching(/^npx invokeguard rollback .* --digest [0-9a-f]{64}$/),
      }),
    ]);
    expect(world.ports.convergence.jobs).toHaveLength(1);
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

  const change = {
    eventSource: 'lambda.amazonaws.com',
    eventName: 'CreateEventSourceMapping20150331',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    responseElements: {
      uUID: '0f0e0d0c-0000-4000-8000-000000000000',
      eventSourceArn: 'arn:aws:sqs:eu-west-1:111122223333:orders',
    },
  };
  const compose = (detail: object): SQSRecord =>
    composeMessage(JSON.stringify({ 'detail-type': 'AWS API Call via CloudTrail', detail }));

  it('about an event source mapping teaches its source, and is judged', async () => {
    const world = buildWorld();
    await handleMessage(compose(change), world);
    expect([...world.ports.mappingMemory.sources]).toEqual([
      [
        'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0f0e0d0c-0000-4000-8000-000000000000',
        'arn:aws:sqs:eu-west-1:111122223333:orders',
      ],
    ]);
    expect(world.counted).toEqual(['MappingLearnt', 'ChangeOpens', 'NotAttempted']);
    expect(world.ports.alerts.published.map(({ event }) => event.kind)).toEqual(['change']);
  });

  it.each([
    ['of another account', { recipientAccountId: '999999999999' }],
    ['of another Region', { awsRegion: 'us-east-1' }],
  ])('about an event source mapping %s is skipped', async (_, changes) => {
    const world = buildWorld();
    await handleMessage(compose({ ...change, ...changes }), world);
    expect(world.ports.mappingMemory.calls).toEqual([]);
    expect(world.counted).toEqual(['RecordSkipped']);
  });

  it('about an event source mapping that was not made teaches nothing, and is told as an attempt', async () => {
    const world = buildWorld();
    await handleMessage(compose({ ...change, errorCode: 'AccessDenied', responseElements: null }), world);
    expect(world.ports.mappingMemory.calls).toEqual([]);
    expect(world.counted).toEqual(['ChangeOpens', 'NotAttempted']);
    expect(world.ports.alerts.published[0]?.subject).toContain('attempt to open a door, failed');
  });

  it("of the guard's own change is counted as its own, and not as an opened door", async () => {
    const world = buildWorld();
    await handleMessage(
      compose({
        ...change,
        eventName: 'AddPermission20150331v2',
        eventTime: '2026-11-21T09:59:30Z',
        requestParameters: { functionName: 'thumbnailer' },
        responseElements: { statement: JSON.stringify(composeInertGrant(TARGET)) },
        userIdentity: GUARD_ROLE_IDENTITY,
      }),
      world,
    );
    expect(world.counted).toEqual(['ChangeOwn']);
  });

  it('of a change that takes access away is counted, and nobody is told', async () => {
    const world = buildWorld();
    const removal = {
      eventSource: 'lambda.amazonaws.com',
      eventName: 'RemovePermission20150331v2',
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      requestParameters: { functionName: 'thumbnailer', statementId: 'x' },
    };
    await handleMessage(compose(removal), world);
    expect(world.counted).toEqual(['ChangeCloses']);
    expect(world.ports.alerts.published).toEqual([]);
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

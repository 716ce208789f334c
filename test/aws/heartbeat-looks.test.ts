import {
  CloudTrailClient,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  TrailNotFoundException,
} from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient, ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { readTrailState } from '../../aws/cloudtrail-trail-state.ts';
import { readRulesState } from '../../aws/eventbridge-rule-states.ts';
import { LambdaHeartbeatTarget } from '../../aws/lambda-heartbeat-target.ts';
import { readQueuesState } from '../../aws/sqs-queue-depths.ts';
import { composeSdkError } from './sdk-errors.ts';

const REGION = { region: 'eu-west-1' };
const cloudtrail = mockClient(CloudTrailClient);
const eventbridge = mockClient(EventBridgeClient);
const lambda = mockClient(LambdaClient);
const sqs = mockClient(SQSClient);

beforeEach(() => [cloudtrail, eventbridge, lambda, sqs].forEach((mock) => mock.reset()));

const TARGET = 'arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-heartbeat-target';
const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/invokeguard';

describe('the state of a trail', () => {
  const read = async (trailArn: string | null = TRAIL): Promise<unknown> =>
    readTrailState(new CloudTrailClient(REGION), trailArn, TARGET);
  const DATA = [
    { Field: 'eventCategory', Equals: ['Data'] },
    { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
    { Field: 'eventName', NotEquals: ['InvokeExecution'] },
  ];
  const select = (...fields: readonly { Field: string }[]): void => {
    cloudtrail
      .on(GetEventSelectorsCommand, { TrailName: TRAIL })
      .resolves({ AdvancedEventSelectors: [{ Name: 'Calls', FieldSelectors: [...DATA, ...fields] }] });
  };

  it('is what CloudTrail says of logging, delivery and selectors', async () => {
    cloudtrail.on(GetTrailStatusCommand, { Name: TRAIL }).resolves({ IsLogging: true });
    select({ Field: 'resources.ARN', EndsWith: [':function:invokeguard-heartbeat-target'] } as {
      Field: string;
    });
    expect(await read()).toEqual({ kind: 'read', logging: 'on', deliveryError: null, target: 'logged' });
  });

  it('tells that it is stopped, that files cannot be written, and that selectors leave the target out', async () => {
    cloudtrail.on(GetTrailStatusCommand).resolves({ IsLogging: false, LatestDeliveryError: 'AccessDenied' });
    select({ Field: 'resources.ARN', NotEquals: [TARGET] } as { Field: string });
    const expected = { kind: 'read', logging: 'off', deliveryError: 'AccessDenied', target: 'notLogged' };
    expect(await read()).toEqual(expected);
  });

  it.each([
    ['all functions', ['arn:aws:lambda'], 'logged'],
    ['the target', [TARGET], 'logged'],
    ['another function', ['arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer'], 'notLogged'],
  ])('reads basic selectors for %s', async (_what, Values, target) => {
    cloudtrail.on(GetTrailStatusCommand).resolves({ IsLogging: true });
    cloudtrail.on(GetEventSelectorsCommand).resolves({
      EventSelectors: [{ ReadWriteType: 'All', DataResources: [{ Type: 'AWS::Lambda::Function', Values }] }],
    });
    expect(await read()).toMatchObject({ target });
  });

  it('is not asked for where nobody named the trail, and told where there is none', async () => {
    expect(await read(null)).toEqual({ kind: 'notNamed' });
    expect(cloudtrail.calls()).toEqual([]);
    cloudtrail
      .on(GetTrailStatusCommand)
      .rejects(new TrailNotFoundException({ $metadata: {}, message: 'no such trail' }));
    expect(await read()).toEqual({ kind: 'missing' });
  });

  it('that may not be looked at is a value', async () => {
    cloudtrail.on(GetTrailStatusCommand).rejects(composeSdkError('AccessDeniedException', 400));
    expect(await read()).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('AccessDenied'),
    });
  });
});

describe('the state of the rules', () => {
  const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:records';
  const read = async (): Promise<unknown> =>
    readRulesState(new EventBridgeClient(REGION), { invocationRules: 2, queueArn: QUEUE });

  it('is read page by page, with the targets of each', async () => {
    eventbridge
      .on(ListRulesCommand, { NamePrefix: 'invokeguard-' })
      .resolves({ Rules: [{ Name: 'invokeguard-invocations-001', State: 'ENABLED' }], NextToken: 'more' })
      .on(ListRulesCommand, { NamePrefix: 'invokeguard-', NextToken: 'more' })
      .resolves({ Rules: [{ Name: 'invokeguard-invocations-002', State: 'DISABLED' }] })
      .on(ListTargetsByRuleCommand)
      .resolves({ Targets: [{ Id: 'Queue', Arn: QUEUE }] });
    const faults = [{ name: 'invokeguard-invocations-002', fault: 'disabled' }];
    expect(await read()).toEqual({ kind: 'read', faults });
  });

  it('counts a rule that takes read-only events too as enabled', async () => {
    const State = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
    const Rules = ['001', '002'].map(
      (number) => ({ Name: `invokeguard-invocations-${number}`, State }) as const,
    );
    eventbridge.on(ListRulesCommand).resolves({ Rules });
    eventbridge.on(ListTargetsByRuleCommand).resolves({ Targets: [{ Id: 'Queue', Arn: QUEUE }] });
    expect(await read()).toEqual({ kind: 'read', faults: [] });
  });

  it('that may not be looked at is a value', async () => {
    eventbridge.on(ListRulesCommand).rejects(composeSdkError('AccessDeniedException', 400));
    expect(await read()).toMatchObject({ kind: 'unreadable' });
  });
});

describe('the depth of the queues', () => {
  const QUEUES = { recordsUrl: 'https://sqs/records', deadLettersUrl: 'https://sqs/dead' };

  it('counts what waits and what is in work', async () => {
    sqs
      .on(GetQueueAttributesCommand, { QueueUrl: QUEUES.recordsUrl })
      .resolves({
        Attributes: { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '3' },
      })
      .on(GetQueueAttributesCommand, { QueueUrl: QUEUES.deadLettersUrl })
      .resolves({
        Attributes: { ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '0' },
      });
    const depths = await readQueuesState(new SQSClient(REGION), QUEUES);
    expect(depths).toEqual({ kind: 'read', waiting: 5, deadLetters: 1 });
  });

  it('that may not be looked at is a value', async () => {
    sqs.on(GetQueueAttributesCommand).rejects(composeSdkError('QueueDoesNotExist', 400));
    expect(await readQueuesState(new SQSClient(REGION), QUEUES)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('a call of the target', () => {
  const target = new LambdaHeartbeatTarget(new LambdaClient(REGION), TARGET);

  it('is known by the id that Lambda gave it', async () => {
    lambda
      .on(InvokeCommand, { FunctionName: TARGET, InvocationType: 'RequestResponse' })
      .resolves({ StatusCode: 200, $metadata: { requestId: 'request-1' } });
    expect(await target.callTarget()).toEqual({ kind: 'answered', requestID: 'request-1' });
  });

  it('that Lambda refused tells why, and the id where there is one', async () => {
    const refusal = composeSdkError('TooManyRequestsException', 429);
    lambda.on(InvokeCommand).rejects(Object.assign(refusal, { $metadata: { requestId: 'request-2' } }));
    const reason = expect.stringContaining('TooManyRequestsException');
    expect(await target.callTarget()).toEqual({ kind: 'failed', requestID: 'request-2', reason });
    lambda.on(InvokeCommand).rejects(new Error('socket hang up'));
    expect(await target.callTarget()).toMatchObject({ kind: 'failed', requestID: null });
  });
});

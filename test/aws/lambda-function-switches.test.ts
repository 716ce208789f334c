import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionUrlConfigsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaFunctionSwitches } from '../../aws/lambda-function-switches.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import type { SwitchChange } from '../../core/tier/tier.ts';
import { composeSdkError } from './sdk-errors.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const FREEZE: SwitchChange = { kind: 'reservedConcurrency', before: null, after: 0 };
const MAPPING: SwitchChange = {
  kind: 'eventSourceMapping',
  uuid: 'm1',
  sourceArn: null,
  before: 'enabled',
  after: 'disabled',
};
const URL_CHANGE: SwitchChange = { kind: 'functionUrl', qualifier: 'live', before: 'NONE', after: 'AWS_IAM' };

describe('the switches of a function', () => {
  const lambda = mockClient(LambdaClient);
  const switches = new LambdaFunctionSwitches(new LambdaClient({ region: 'eu-west-1' }));
  beforeEach(() => lambda.reset());

  it.each([
    ['null where none is reserved', {}, null],
    ['0 where it is frozen', { ReservedConcurrentExecutions: 0 }, 0],
  ])('tell the reserved concurrency: %s', async (_, answer, reservedConcurrency) => {
    lambda.on(GetFunctionConcurrencyCommand, { FunctionName: ARN }).resolves(answer);
    lambda
      .on(ListProvisionedConcurrencyConfigsCommand)
      .resolvesOnce({ ProvisionedConcurrencyConfigs: [{ FunctionArn: `${ARN}:live` }], NextMarker: 'more' })
      .resolves({ ProvisionedConcurrencyConfigs: [{ FunctionArn: `${ARN}:7` }] });
    expect(await switches.readSwitches(ARN, 'freeze')).toEqual({
      kind: 'present',
      settings: { tier: 'freeze', reservedConcurrency, provisioned: ['live', '7'] },
    });
  });

  it('tell the mappings of the function and its aliases, of all pages, and none of others', async () => {
    lambda
      .on(ListEventSourceMappingsCommand)
      .resolvesOnce({
        EventSourceMappings: [
          { UUID: 'm1', FunctionArn: ARN, EventSourceArn: 'arn:aws:sqs:::q', State: 'Enabled' },
          { UUID: 'x', FunctionArn: `${ARN}-two`, State: 'Enabled' },
        ],
        NextMarker: 'more',
      })
      .resolves({
        EventSourceMappings: [
          { UUID: 'm2', FunctionArn: `${ARN}:live`, State: 'Creating' },
          { UUID: 'm3', FunctionArn: ARN, State: 'Disabling' },
        ],
      });
    lambda.on(ListFunctionUrlConfigsCommand, { FunctionName: ARN }).resolves({
      FunctionUrlConfigs: [
        { FunctionUrl: 'u', FunctionArn: ARN, AuthType: 'NONE', CreationTime: '', LastModifiedTime: '' },
        {
          FunctionUrl: 'v',
          FunctionArn: `${ARN}:live`,
          AuthType: 'AWS_IAM',
          CreationTime: '',
          LastModifiedTime: '',
        },
      ],
    });
    expect(await switches.readSwitches(ARN, 'disable-triggers')).toEqual({
      kind: 'present',
      settings: {
        tier: 'disable-triggers',
        mappings: [
          { uuid: 'm1', sourceArn: 'arn:aws:sqs:::q', state: 'enabled' },
          { uuid: 'm2', sourceArn: null, state: 'enabled' },
          { uuid: 'm3', sourceArn: null, state: 'disabled' },
        ],
        urls: [
          { qualifier: null, authType: 'NONE' },
          { qualifier: 'live', authType: 'AWS_IAM' },
        ],
      },
    });
  });

  it('are missing with the function', async () => {
    lambda.on(GetFunctionConcurrencyCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await switches.readSwitches(ARN, 'freeze')).toEqual({ kind: 'missing' });
  });

  it('that may not be read name the rights', async () => {
    lambda.on(ListFunctionUrlConfigsCommand).rejects(composeSdkError('AccessDeniedException', 403));
    const reading = switches.readSwitches(ARN, 'disable-triggers');
    await expect(reading).rejects.toThrow(PermanentError);
    await expect(reading).rejects.toThrow('lambda:ListFunctionUrlConfigs');
  });

  it('are turned by the operation of each, and by nothing else', async () => {
    lambda.onAnyCommand().resolves({});
    expect(await switches.turnSwitch(ARN, FREEZE)).toEqual({ kind: 'turned' });
    await switches.turnSwitch(ARN, { ...FREEZE, before: 0, after: null });
    await switches.turnSwitch(ARN, MAPPING);
    await switches.turnSwitch(ARN, URL_CHANGE);
    expect(lambda.calls().map(({ args }) => [args[0].constructor, args[0].input])).toEqual([
      [PutFunctionConcurrencyCommand, { FunctionName: ARN, ReservedConcurrentExecutions: 0 }],
      [DeleteFunctionConcurrencyCommand, { FunctionName: ARN }],
      [UpdateEventSourceMappingCommand, { UUID: 'm1', Enabled: false }],
      [UpdateFunctionUrlConfigCommand, { FunctionName: ARN, Qualifier: 'live', AuthType: 'AWS_IAM' }],
    ]);
  });

  it.each([
    ['InvalidParameterValueException', 400, 'what AWS said about InvalidParameterValueException'],
    ['ResourceInUseException', 400, 'it is being changed right now'],
  ])('refused with %s say so', async (name, status, reason) => {
    lambda.onAnyCommand().rejects(composeSdkError(name, status));
    expect(await switches.turnSwitch(ARN, MAPPING)).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason),
    });
  });

  it('gone are missing', async () => {
    lambda.onAnyCommand().rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await switches.turnSwitch(ARN, URL_CHANGE)).toEqual({ kind: 'missing' });
  });

  it('throttled are worth another try', async () => {
    lambda.onAnyCommand().rejects(composeSdkError('TooManyRequestsException', 429));
    await expect(switches.turnSwitch(ARN, FREEZE)).rejects.toThrow(RetryableError);
  });
});

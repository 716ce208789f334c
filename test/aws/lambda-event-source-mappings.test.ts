import {
  GetEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaEventSourceMappings } from '../../aws/lambda-event-source-mappings.ts';
import { composeSdkError } from './sdk-errors.ts';

const UUID = '0f0e0d0c-0000-4000-8000-000000000000';
const MAPPING = `arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:${UUID}`;
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:orders';

const lambda = mockClient(LambdaClient);
const build = (): LambdaEventSourceMappings =>
  new LambdaEventSourceMappings(new LambdaClient({ region: 'eu-west-1' }));

beforeEach(() => {
  lambda.reset();
});

describe('the source of a mapping', () => {
  it('is asked for by the UUID', async () => {
    lambda.on(GetEventSourceMappingCommand, { UUID }).resolves({ EventSourceArn: QUEUE });
    expect(await build().readSource(MAPPING)).toBe(QUEUE);
  });

  it('is null where the mapping is gone or has no ARN', async () => {
    lambda.on(GetEventSourceMappingCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    const mappings = build();
    expect(await mappings.readSource(MAPPING)).toBeNull();
    lambda.on(GetEventSourceMappingCommand).resolves({ SelfManagedEventSource: {} });
    expect(await mappings.readSource(MAPPING)).toBeNull();
  });

  it.each([
    ['AccessDeniedException', 403, 'PermanentError'],
    ['TooManyRequestsException', 429, 'RetryableError'],
  ])('ends in the right fault on %s', async (name, status, fault) => {
    lambda.on(GetEventSourceMappingCommand).rejects(composeSdkError(name, status));
    await expect(build().readSource(MAPPING)).rejects.toMatchObject({ name: fault });
  });
});

describe('the function of a mapping', () => {
  it('is asked for by the UUID, and null where the mapping is gone', async () => {
    const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer:live';
    lambda.on(GetEventSourceMappingCommand, { UUID }).resolves({ FunctionArn: functionArn });
    expect(await build().readFunction(MAPPING)).toBe(functionArn);
    lambda.on(GetEventSourceMappingCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await build().readFunction(MAPPING)).toBeNull();
  });
});

describe('disabling a mapping', () => {
  it('turns an enabled one off', async () => {
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled' });
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    expect(await build().disableMapping(MAPPING)).toEqual({ kind: 'disabled' });
    expect(lambda.commandCalls(UpdateEventSourceMappingCommand)[0]?.args[0].input).toEqual({
      UUID,
      Enabled: false,
    });
  });

  it.each(['Disabled', 'Disabling'])('leaves one alone that is %s', async (State) => {
    lambda.on(GetEventSourceMappingCommand).resolves({ State });
    expect(await build().disableMapping(MAPPING)).toEqual({ kind: 'alreadyDisabled' });
    expect(lambda.commandCalls(UpdateEventSourceMappingCommand)).toEqual([]);
  });

  it('says so where it is gone, before or meanwhile', async () => {
    lambda.on(GetEventSourceMappingCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await build().disableMapping(MAPPING)).toEqual({ kind: 'missing' });
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled' });
    lambda.on(UpdateEventSourceMappingCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await build().disableMapping(MAPPING)).toEqual({ kind: 'missing' });
  });

  it('that is in use by another change is tried again later', async () => {
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled' });
    lambda.on(UpdateEventSourceMappingCommand).rejects(composeSdkError('ResourceInUseException', 400));
    await expect(build().disableMapping(MAPPING)).rejects.toMatchObject({ name: 'RetryableError' });
  });

  it('refuses an ARN without a UUID', async () => {
    await expect(build().disableMapping('arn:aws:sqs:eu-west-1:111122223333:orders')).rejects.toThrow(
      'is not the ARN of an event source mapping',
    );
  });
});

import { LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaFunctionTags } from '../../aws/lambda-function-tags.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { composeSdkError } from './sdk-errors.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const lambda = mockClient(LambdaClient);
const tags = new LambdaFunctionTags(new LambdaClient({ region: 'eu-west-1' }));

beforeEach(() => lambda.reset());

describe('the tags of a function', () => {
  it('are those that ListTags answers for its ARN', async () => {
    lambda
      .on(ListTagsCommand, { Resource: ARN })
      .resolves({ Tags: { 'aws:cloudformation:stack-name': 'Thumbnails' } });
    expect(await tags.readTags(ARN)).toEqual({ 'aws:cloudformation:stack-name': 'Thumbnails' });
  });

  it('are none where the answer has none', async () => {
    lambda.on(ListTagsCommand).resolves({});
    expect(await tags.readTags(ARN)).toEqual({});
  });

  it('that may not be read name the right that is missing', async () => {
    lambda.on(ListTagsCommand).rejects(composeSdkError('AccessDeniedException', 403));
    const reading = tags.readTags(ARN);
    await expect(reading).rejects.toThrow(PermanentError);
    await expect(reading).rejects.toThrow('`lambda:ListTags` is not allowed');
  });

  it('are waited for no longer than the time limit', async () => {
    const hasty = new LambdaFunctionTags(new LambdaClient({ region: 'eu-west-1' }), 20);
    lambda.on(ListTagsCommand).callsFake(
      async () =>
        new Promise((_, reject) => {
          setTimeout(() => reject(composeSdkError('AbortError')), 60);
        }),
    );
    const reading = hasty.readTags(ARN);
    await expect(reading).rejects.toThrow(RetryableError);
    await expect(reading).rejects.toThrow('did not answer within 0.02 s');
  });
});

import { LambdaClient, ListAliasesCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaQualifierDirectory } from '../../aws/lambda-qualifier-directory.ts';
import { composeSdkError } from './sdk-errors.ts';

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const lambda = mockClient(LambdaClient);
const list = async (): Promise<readonly string[]> =>
  new LambdaQualifierDirectory(new LambdaClient({ region: 'eu-west-1' })).listQualifiers(FUNCTION_ARN);

beforeEach(() => {
  lambda.reset();
});

describe('the qualifiers of a function', () => {
  it('are $LATEST, the aliases, and the versions newest first, over all pages', async () => {
    lambda
      .on(ListVersionsByFunctionCommand)
      .resolvesOnce({
        Versions: [{ Version: '$LATEST' }, { Version: '1' }, { Version: '9' }],
        NextMarker: 'more',
      })
      .resolvesOnce({ Versions: [{ Version: '10' }] });
    lambda
      .on(ListAliasesCommand)
      .resolvesOnce({ Aliases: [{ Name: 'live' }], NextMarker: 'more' })
      .resolvesOnce({ Aliases: [{ Name: 'test' }] });
    expect(await list()).toEqual(['$LATEST', 'live', 'test', '10', '9', '1']);
  });

  it('are none where the function is gone', async () => {
    lambda.on(ListVersionsByFunctionCommand).rejects(composeSdkError('ResourceNotFoundException', 404));
    expect(await list()).toEqual([]);
  });

  it('end in a fault that names the rights where the guard may not list them', async () => {
    lambda.on(ListVersionsByFunctionCommand).rejects(composeSdkError('AccessDeniedException', 403));
    await expect(list()).rejects.toThrow(/lambda:ListVersionsByFunction/);
  });
});

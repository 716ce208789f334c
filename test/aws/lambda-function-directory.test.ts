import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { LambdaFunctionDirectory } from '../../aws/lambda-function-directory.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { composeTarget } from './targets.ts';

const ARNS = ['a', 'b', 'c'].map((name) => composeTarget(name).functionArn);

describe('the functions of an account and Region', () => {
  const lambda = mockClient(LambdaClient);
  const directory = new LambdaFunctionDirectory(new LambdaClient({ region: 'eu-west-1' }));
  beforeEach(() => lambda.reset());

  it('are read page by page, and sorted', async () => {
    lambda
      .on(ListFunctionsCommand)
      .resolves({ Functions: [{ FunctionArn: ARNS[2] }, {}], NextMarker: 'next' })
      .on(ListFunctionsCommand, { Marker: 'next' })
      .resolves({ Functions: [{ FunctionArn: ARNS[1] }, { FunctionArn: ARNS[0] }] });
    expect(await directory.listFunctions()).toEqual(ARNS);
    expect(lambda.calls()).toHaveLength(2);
  });

  it('may be none', async () => {
    lambda.on(ListFunctionsCommand).resolves({});
    expect(await directory.listFunctions()).toEqual([]);
  });

  it.each([
    ['AccessDeniedException', PermanentError],
    ['TooManyRequestsException', RetryableError],
  ])('a fault is named: %s', async (name, kind) => {
    lambda.on(ListFunctionsCommand).rejects(Object.assign(new Error('no'), { name }));
    const reading = directory.listFunctions();
    await expect(reading).rejects.toThrow(kind);
    await expect(reading).rejects.toThrow('`lambda:ListFunctions`');
  });
});

import { type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { FunctionDirectory } from '../containment/ports.ts';
import { raiseFault } from './sdk-fault.ts';

/**
 * Tells the functions of an account and Region from Lambda itself, page by page.
 *
 * IAM: `lambda:ListFunctions`.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
 */
export class LambdaFunctionDirectory implements FunctionDirectory {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async listFunctions(): Promise<readonly string[]> {
    const found: string[] = [];
    try {
      for await (const page of paginateListFunctions({ client: this.#client }, {})) {
        for (const { FunctionArn } of page.Functions ?? []) {
          if (FunctionArn !== undefined) found.push(FunctionArn);
        }
      }
    } catch (error) {
      return raiseFault(error, 'lambda:ListFunctions');
    }
    return found.sort();
  }
}

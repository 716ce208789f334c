import { type LambdaClient, ListTagsCommand } from '@aws-sdk/client-lambda';
import { RetryableError } from '../containment/errors.ts';
import type { FunctionTags } from '../containment/ports.ts';
import { raiseFault } from './sdk-fault.ts';

/** An alert waits for this answer, retries included: better one without an owner than a late one. */
const TIME_LIMIT_MS = 3_000;

/**
 * The tags of a function through `ListTags`, which needs the least rights: `GetFunction` answers them too, but hands
 * out a link to the function's code beside them.
 *
 * IAM: `lambda:ListTags`.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html
 */
export class LambdaFunctionTags implements FunctionTags {
  readonly #client: LambdaClient;
  readonly #timeLimitMs: number;

  constructor(client: LambdaClient, timeLimitMs: number = TIME_LIMIT_MS) {
    this.#client = client;
    this.#timeLimitMs = timeLimitMs;
  }

  async readTags(functionArn: string): Promise<Readonly<Record<string, string>>> {
    const abortSignal = AbortSignal.timeout(this.#timeLimitMs);
    try {
      const found = await this.#client.send(new ListTagsCommand({ Resource: functionArn }), { abortSignal });
      return found.Tags ?? {};
    } catch (error) {
      if (!abortSignal.aborted) return raiseFault(error, 'lambda:ListTags');
      const said = `\`lambda:ListTags\` did not answer within ${this.#timeLimitMs / 1000} s`;
      throw new RetryableError('ServiceUnavailable', said, { cause: error });
    }
  }
}

import {
  type LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
} from '@aws-sdk/client-lambda';
import type { QualifierDirectory } from '../containment/ports.ts';
import { classifyFault, raiseFault } from './sdk-fault.ts';

/**
 * Tells a function's versions and aliases from Lambda itself.
 *
 * IAM: `lambda:ListVersionsByFunction`, `lambda:ListAliases`.
 */
export class LambdaQualifierDirectory implements QualifierDirectory {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async listQualifiers(functionArn: string): Promise<readonly string[]> {
    try {
      const versions = await this.#listVersions(functionArn);
      const aliases = await this.#listAliases(functionArn);
      return ['$LATEST', ...aliases, ...versions];
    } catch (error) {
      if (classifyFault(error) === 'notFound') return [];
      return raiseFault(error, 'lambda:ListVersionsByFunction', 'lambda:ListAliases');
    }
  }

  /** Published versions, newest first: those are the ones in use. */
  async #listVersions(functionArn: string): Promise<readonly string[]> {
    const found: number[] = [];
    const pages = paginateListVersionsByFunction({ client: this.#client }, { FunctionName: functionArn });
    for await (const page of pages) {
      for (const { Version } of page.Versions ?? []) {
        const version = Number(Version);
        if (Number.isSafeInteger(version)) found.push(version);
      }
    }
    return found.sort((a, b) => b - a).map(String);
  }

  async #listAliases(functionArn: string): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const page of paginateListAliases({ client: this.#client }, { FunctionName: functionArn })) {
      for (const { Name } of page.Aliases ?? []) if (Name !== undefined) found.push(Name);
    }
    return found;
  }
}

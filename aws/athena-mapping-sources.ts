import { type LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { parseArn } from '../core/arn.ts';
import { raiseFault } from './sdk-fault.ts';

/**
 * The sources of all event source mappings of the account and Region, by the mapping's ARN, as the core takes them.
 * Mappings that are deleted, and those of other accounts and Regions, are not among them.
 *
 * IAM: `lambda:ListEventSourceMappings`.
 */
export async function listMappingSources(client: LambdaClient): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  try {
    for await (const { EventSourceMappings } of paginateListEventSourceMappings({ client }, {})) {
      for (const { UUID, EventSourceArn, FunctionArn, EventSourceMappingArn } of EventSourceMappings ?? []) {
        const place = parseArn(FunctionArn ?? '');
        const arn =
          EventSourceMappingArn ??
          (place === undefined || UUID === undefined
            ? undefined
            : `arn:${place.partition}:lambda:${place.region}:${place.account}:event-source-mapping:${UUID}`);
        if (arn !== undefined && EventSourceArn !== undefined) sources.set(arn, EventSourceArn);
      }
    }
  } catch (error) {
    return raiseFault(error, 'lambda:ListEventSourceMappings');
  }
  return sources;
}

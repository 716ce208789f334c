import {
  GetEventSourceMappingCommand,
  type GetEventSourceMappingCommandOutput,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PermanentError } from '../containment/errors.ts';
import type { DisableResult, EventSourceMappings } from '../containment/mapping-ports.ts';
import { parseArn } from '../core/arn.ts';
import { classifyFault, raiseFault } from './sdk-fault.ts';

/**
 * Event source mappings through Lambda's API.
 *
 * IAM: `lambda:GetEventSourceMapping`, `lambda:UpdateEventSourceMapping`.
 */
export class LambdaEventSourceMappings implements EventSourceMappings {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async readSource(mappingArn: string): Promise<string | null> {
    return (await this.#read(mappingArn))?.EventSourceArn ?? null;
  }

  async readFunction(mappingArn: string): Promise<string | null> {
    return (await this.#read(mappingArn))?.FunctionArn ?? null;
  }

  async disableMapping(mappingArn: string): Promise<DisableResult> {
    const found = await this.#read(mappingArn);
    if (found === undefined) return { kind: 'missing' };
    if (found.State === 'Disabled' || found.State === 'Disabling') return { kind: 'alreadyDisabled' };
    try {
      await this.#client.send(
        new UpdateEventSourceMappingCommand({ UUID: readUuid(mappingArn), Enabled: false }),
      );
      return { kind: 'disabled' };
    } catch (error) {
      if (classifyFault(error) === 'notFound') return { kind: 'missing' };
      return raiseFault(error, 'lambda:UpdateEventSourceMapping');
    }
  }

  async #read(mappingArn: string): Promise<GetEventSourceMappingCommandOutput | undefined> {
    try {
      return await this.#client.send(new GetEventSourceMappingCommand({ UUID: readUuid(mappingArn) }));
    } catch (error) {
      if (classifyFault(error) === 'notFound') return undefined;
      return raiseFault(error, 'lambda:GetEventSourceMapping');
    }
  }
}

function readUuid(mappingArn: string): string {
  const uuid = parseArn(mappingArn)?.resource.slice('event-source-mapping:'.length) ?? '';
  if (uuid !== '') return uuid;
  throw new PermanentError('MappingUnnamed', `\`${mappingArn}\` is not the ARN of an event source mapping`);
}

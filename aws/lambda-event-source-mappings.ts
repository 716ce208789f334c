import {
  GetEventSourceMappingCommand,
  type GetEventSourceMappingCommandOutput,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PermanentError } from '../containment/errors.ts';
import type { DisableResult, EventSourceMappings } from '../containment/ports.ts';
import { parseArn } from '../core/arn.ts';
import { classifyFault, raiseFault } from './sdk-fault.ts';

/** More mappings than one account has by default would only be kept by mistake. */
const MOST_SOURCES = 1_000;

/**
 * Event source mappings through Lambda's API.
 *
 * IAM: `lambda:GetEventSourceMapping`, `lambda:UpdateEventSourceMapping`.
 */
export class LambdaEventSourceMappings implements EventSourceMappings {
  readonly #client: LambdaClient;
  /** A mapping's source cannot be changed, so what was read once holds. */
  readonly #sources = new Map<string, string>();

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  async readSource(mappingArn: string): Promise<string | null> {
    const known = this.#sources.get(mappingArn);
    if (known !== undefined) return known;
    const source = (await this.#read(mappingArn))?.EventSourceArn;
    if (source === undefined) return null;
    if (this.#sources.size >= MOST_SOURCES) this.#sources.clear();
    this.#sources.set(mappingArn, source);
    return source;
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

import { parseArn } from '../arn.ts';
import { readObject, readText } from '../json.ts';
import { openEnvelope } from './envelope.ts';

/** What a record teaches about an event source mapping. */
export interface LearntMapping {
  readonly mappingArn: string;
  /** The queue, stream, cluster or broker that it polls. */
  readonly sourceArn: string;
}

const EVENT_NAME = /^(Create|Update|Delete)EventSourceMapping/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads from a record of a mapping that was made, changed or deleted which source it has. The record of a call names
 * only the mapping, so this is how its source is still known when the mapping is gone. A mapping's source cannot be
 * changed, so what one record says holds for all time.
 *
 * INVARIANT: only what Lambda answered (`responseElements`) counts, never the request, which is the caller's own text;
 * and the mapping belongs to the account and Region that the record itself states.
 *
 * Answers `undefined` for every other record, for a request that failed, and for a mapping whose source has no ARN
 * (self-managed Kafka).
 * @param input one CloudTrail record, or the EventBridge event around one
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
 */
export function learnMapping(input: unknown): LearntMapping | undefined {
  const opened = openEnvelope(input);
  if (opened.kind === 'rejected') return undefined;
  const { record } = opened;
  if (!EVENT_NAME.test(readText(record, 'eventName') ?? '')) return undefined;
  if (readText(record, 'eventSource') !== 'lambda.amazonaws.com') return undefined;
  if (readText(record, 'errorCode') !== undefined) return undefined;
  const response = readObject(record, 'responseElements');
  // CloudTrail writes a field's first letter small: `UUID` becomes `uUID`.
  const uuid = readText(response, 'uUID') ?? readText(response, 'uuid') ?? readText(response, 'UUID');
  const sourceArn = readText(response, 'eventSourceArn');
  const partition = parseArn(sourceArn ?? '')?.partition;
  const region = readText(record, 'awsRegion');
  const account = readText(record, 'recipientAccountId');
  if (sourceArn === undefined || partition === undefined || uuid === undefined) return undefined;
  if (region === undefined || account === undefined) return undefined;
  const mappingArn = composeMappingArn({ partition, region, account, uuid });
  if (mappingArn === undefined) return undefined;
  const statedArn = readText(response, 'eventSourceMappingArn') ?? mappingArn;
  return statedArn === mappingArn ? { mappingArn, sourceArn } : undefined;
}

/** The parts of a mapping's ARN. */
export interface MappingPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly uuid: string;
}

/** The ARN of an event source mapping; `undefined` where its id is none. */
export function composeMappingArn({ partition, region, account, uuid }: MappingPlace): string | undefined {
  return UUID.test(uuid)
    ? `arn:${partition}:lambda:${region}:${account}:event-source-mapping:${uuid}`
    : undefined;
}

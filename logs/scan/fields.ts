import { OTHER_CALLS } from '../../core/change/change-calls.ts';
import * as layout from './kernel/layout.ts';

/** Whether it counts where calls come from: their address and VPC endpoint, which are different in many of them. */
export type OriginReading = 'read' | 'ignored';

/**
 * The fields that `parseInvocation` and `identifyCaller` read of a call, and where the kernel notes them. What a call
 * is to the core depends on these alone, apart from its eventID, its time and the name of its session: so calls that
 * agree in them are judged alike. A field that the core reads and that is missing here is found by the property test
 * that holds the scanner against the plain path.
 *
 * Left out on purpose: `userAgent` and `tlsDetails`, which only alerts show.
 */
const SCANNED_FIELDS: readonly {
  readonly level: number;
  readonly slots: Readonly<Record<string, number>>;
}[] = [
  {
    level: layout.LEVEL_RECORD,
    slots: {
      eventSource: layout.SLOT_EVENT_SOURCE,
      eventID: layout.SLOT_EVENT_ID,
      eventTime: layout.SLOT_EVENT_TIME,
      errorCode: layout.SLOT_ERROR_CODE,
      eventName: layout.SLOT_EVENT_NAME,
      awsRegion: layout.SLOT_REGION,
      recipientAccountId: layout.SLOT_RECIPIENT,
      resources: layout.SLOT_RESOURCES,
      userIdentity: layout.SLOT_IDENTITY,
      requestParameters: layout.SLOT_PARAMETERS,
      additionalEventData: layout.SLOT_ADDITIONAL,
    },
  },
  {
    level: layout.LEVEL_IDENTITY,
    slots: {
      type: layout.SLOT_TYPE,
      invokedBy: layout.SLOT_INVOKED_BY,
      arn: layout.SLOT_ARN,
      accountId: layout.SLOT_ACCOUNT,
      principalId: layout.SLOT_PRINCIPAL_ID,
      sessionContext: layout.SLOT_SESSION,
    },
  },
  { level: layout.LEVEL_SESSION, slots: { sessionIssuer: layout.SLOT_ISSUER } },
  { level: layout.LEVEL_ISSUER, slots: { arn: layout.SLOT_ISSUER_ARN } },
  {
    level: layout.LEVEL_PARAMETERS,
    slots: {
      functionName: layout.SLOT_FUNCTION_NAME,
      qualifier: layout.SLOT_QUALIFIER,
      invocationType: layout.SLOT_INVOCATION_TYPE,
      sourceArn: layout.SLOT_SOURCE_ARN,
      sourceAccount: layout.SLOT_SOURCE_ACCOUNT,
    },
  },
  { level: layout.LEVEL_ADDITIONAL, slots: { functionVersion: layout.SLOT_VERSION } },
];

const ORIGIN_FIELDS = { sourceIPAddress: layout.SLOT_ADDRESS, vpcEndpointId: layout.SLOT_ENDPOINT };

/** Writes the table of keys by which the kernel finds the slot of a field. */
export function writeFieldTable(memory: Uint8Array, words: Uint32Array, origin: OriginReading): void {
  let entry = 0;
  for (const { level, slots } of SCANNED_FIELDS) {
    const looked =
      level === layout.LEVEL_RECORD && origin === 'read' ? { ...slots, ...ORIGIN_FIELDS } : slots;
    for (let length = 0; length <= layout.MAX_KEY_LENGTH; length += 1) {
      const index = (layout.KEY_INDEX_AT >> 2) + (level * (layout.MAX_KEY_LENGTH + 1) + length) * 2;
      const keys = Object.entries(looked).filter(([key]) => key.length === length);
      words[index] = entry;
      words[index + 1] = keys.length;
      for (const [key, slot] of keys) {
        const at = layout.KEYS_AT + entry * layout.KEY_BYTES;
        memory.set(Buffer.from(key), at);
        words[(at + 32) >> 2] = slot;
        entry += 1;
      }
    }
  }
}

/** Writes the table by which the kernel tells what may be a change in another service than Lambda: the core's own. */
export function writeCallTable(memory: Uint8Array, words: Uint32Array): void {
  const sources = new Map<string, Set<string>>();
  for (const [source, calls] of OTHER_CALLS) {
    const begun = sources.get(cutText(source)) ?? new Set<string>();
    sources.set(cutText(source), begun);
    for (const call of calls) begun.add(cutText(call));
  }
  let row = layout.SOURCES_AT;
  let first = 0;
  for (const [source, calls] of sources) {
    memory.set(Buffer.from(source), row);
    words[(row + 8) >> 2] = first;
    words[(row + 12) >> 2] = calls.size;
    for (const call of calls) {
      memory.set(Buffer.from(call), layout.CALLS_AT + first * layout.CALL_BYTES);
      first += 1;
    }
    row += layout.SOURCE_BYTES;
  }
}

/** How a text begins in a log file; behind a short one stands its quotation mark. */
function cutText(text: string): string {
  return `${text}"`.slice(0, layout.CALL_BYTES);
}

import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { identifyCaller } from '../core/caller/caller.ts';
import { parseEventTime } from '../core/record/event-time.ts';
import { parseInvocation } from '../core/record/invocation.ts';
import { decideInvocation } from '../core/verdict/decision.ts';
import { groupInvocation } from '../logs/replay/call-group.ts';
import { composeReplayLine, type ReplayLine } from './replay-line.ts';

/** One row of a result by its columns' names. */
export type ResultRow = Readonly<Record<string, string | null>>;

/** A call that a query found, judged once more by the core. */
export type RejudgedRow =
  /** `same`: query and core say the same. */
  | { readonly kind: 'line'; readonly line: ReplayLine; readonly agreement: 'same' | 'different' }
  /** The row is not the record of a call: the query is not one of ours. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** CloudTrail's names of the columns that hold a record; those that stand in `NESTED` are JSON. */
const FIELDS: Readonly<Record<string, string>> = {
  eventid: 'eventID',
  eventtime: 'eventTime',
  eventname: 'eventName',
  awsregion: 'awsRegion',
  recipientaccountid: 'recipientAccountId',
  useridentity: 'userIdentity',
  sourceipaddress: 'sourceIPAddress',
  useragent: 'userAgent',
  vpcendpointid: 'vpcEndpointId',
  errorcode: 'errorCode',
  errormessage: 'errorMessage',
  requestparameters: 'requestParameters',
  additionaleventdata: 'additionalEventData',
  resources: 'resources',
  tlsdetails: 'tlsDetails',
};
const NESTED = new Set([
  'useridentity',
  'requestparameters',
  'additionaleventdata',
  'resources',
  'tlsdetails',
]);

/**
 * Reads the record of a found call back from its row and judges it as `replay` would, so that what is printed is the
 * core's own word. The query's verdict and entry are held against it: they have to agree.
 */
export function rejudgeRow(row: ResultRow, allowlist: Allowlist, mappings: ResolvedMappings): RejudgedRow {
  const parsed = parseInvocation(readRecord(row));
  if (parsed.kind !== 'invocation') {
    return { kind: 'unreadable', why: parsed.kind === 'skipped' ? parsed.detail : parsed.reason };
  }
  const decision = decideInvocation(parsed, identifyCaller(parsed), allowlist, mappings);
  const { group, sessionName } = groupInvocation(parsed, 'read');
  const { eventID, eventTime } = parsed;
  const atMs = parseEventTime(eventTime);
  const line = composeReplayLine({ group, decision, before: null, eventID, eventTime, atMs, sessionName });
  const isSame = row['verdict'] === line.verdict && row['entry'] === line.entry;
  return { kind: 'line', line, agreement: isSame ? 'same' : 'different' };
}

function readRecord(row: ResultRow): unknown {
  const fields = Object.entries(FIELDS).flatMap(([column, field]) => {
    const text = row[column] ?? null;
    return text === null ? [] : [[field, NESTED.has(column) ? parseNested(text) : text] as const];
  });
  return { eventSource: 'lambda.amazonaws.com', ...Object.fromEntries(fields) };
}

function parseNested(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Allowlist } from '../../../core/allowlist/allowlist.ts';
import { identifyCaller } from '../../../core/caller/caller.ts';
import { judgeChange } from '../../../core/change/change-decision.ts';
import { parseChange } from '../../../core/change/change-record.ts';
import { concernsAllowlist } from '../../../core/change/identity-judgement.ts';
import { parseInvocation } from '../../../core/record/invocation.ts';
import { learnMapping } from '../../../core/record/learnt-mapping.ts';
import { decideInvocation } from '../../../core/verdict/decision.ts';
import type { LogFile } from '../../../logs/log-files.ts';
import { readLogFile } from '../../../logs/log-reader.ts';
import type { ReplayCounts } from '../../../logs/replay/call-consumer.ts';
import { nameCaller } from '../../../logs/replay/call-group.ts';
import type { ReadingParts } from '../../../logs/replay/read-batches.ts';
import { ALL_TIME, PLAIN_READING, replayLogs } from '../../../logs/replay/replay-logs.ts';

/** The same list, with one entry that asks where calls come from. */
export function askForAddresses(allowlist: Allowlist): Allowlist {
  const narrowed = {
    kind: 'account' as const,
    pointer: '/breakGlass/0',
    account: '111122223333',
    narrowing: { sourceIp: ['10.0.0.0/8'], qualifier: ['live'] },
  };
  return { ...allowlist, breakGlass: [narrowed] };
}

/** Built by build.mjs, as `npm test` does first. */
export const KERNEL = join(__dirname, '../../../dist/cli/scan-kernel.wasm');
export const WORKER = join(__dirname, '../../../dist/cli/log-worker.cjs');
export const SCANNED: ReadingParts = { kernelFile: KERNEL, workerFile: null, threads: 1 };

export const ALLOWLIST: Allowlist = {
  version: 1,
  trail: { functions: 'guarded' },
  alerts: { emails: [] },
  functions: [
    {
      pointer: '/functions/0',
      selector: { kind: 'name', name: 'thumbnailer' },
      mode: 'observe',
      invokers: [
        {
          kind: 'service',
          pointer: '/functions/0/invokers/0',
          service: 's3.amazonaws.com',
          sourceArn: 'arn:aws:s3:::uploads',
        },
        {
          kind: 'role',
          pointer: '/functions/0/invokers/1',
          role: 'arn:aws:iam::111122223333:role/ci-deploy',
          expires: '2026-10-01T12:00:00Z',
        },
        {
          kind: 'eventSourceMapping',
          pointer: '/functions/0/invokers/2',
          eventSourceMapping: 'arn:aws:sqs:eu-west-1:111122223333:orders',
        },
      ],
    },
  ],
  breakGlass: [],
};

/**
 * Judges the calls of a file as the deployed guard does, one record at a time and with nothing remembered but eventIDs
 * and what the file tells of mappings. Answers a text for each call, sorted.
 */
export async function judgeOneByOne(
  file: LogFile,
  allowlist: Allowlist = ALLOWLIST,
): Promise<readonly string[]> {
  const inputs: unknown[] = [];
  for await (const entry of readLogFile(file, () => Readable.from([]))) {
    if (entry.kind === 'record') inputs.push(entry.input);
  }
  const mappings = new Map<string, string>();
  for (const input of inputs) {
    const learnt = learnMapping(input);
    if (learnt !== undefined && !mappings.has(learnt.mappingArn))
      mappings.set(learnt.mappingArn, learnt.sourceArn);
  }
  const seen = new Set<string>();
  return inputs
    .flatMap((input) => {
      if (readTold(input, seen) === 'seen') return [];
      const invocation = parseInvocation(input);
      if (invocation.kind !== 'invocation') return [];
      const caller = identifyCaller(invocation);
      const decision = decideInvocation(invocation, caller, allowlist, mappings);
      const outcome = invocation.errorCode === null ? 'succeeded' : 'failed';
      return [describeCall({ ...invocation, caller, ...decision, outcome })];
    })
    .sort();
}

/** The same of the changes in a file, with whatever the core says of each record alone. */
export async function judgeChangesOneByOne(
  file: LogFile,
  allowlist: Allowlist = ALLOWLIST,
): Promise<readonly unknown[]> {
  const judged: unknown[] = [];
  const seen = new Set<string>();
  for await (const entry of readLogFile(file, () => Readable.from([]))) {
    if (entry.kind !== 'record' || readTold(entry.input, seen) === 'seen') continue;
    const change = parseChange(entry.input);
    if (change.kind === 'change' && concernsAllowlist(change, allowlist) === 'concerns')
      judged.push({ change, decision: judgeChange(change, allowlist), before: null });
  }
  return judged;
}

/** Whether a call or a change with the same eventID was there before. */
function readTold(input: unknown, seen: Set<string>): 'new' | 'seen' {
  const invocation = parseInvocation(input);
  const told = invocation.kind === 'invocation' ? invocation : parseChange(input);
  if (!('eventID' in told) || told.eventID === null) return 'new';
  if (seen.has(told.eventID)) return 'seen';
  seen.add(told.eventID);
  return 'new';
}

/** The same of what a reading came to. */
export function describeCalls({ calls }: WholeReading): readonly string[] {
  return calls.map(describeCall).sort();
}

const CALL_FIELDS = [
  'eventID',
  'eventTime',
  'functionArn',
  'qualifier',
  'caller',
  'verdict',
  'reason',
  'entry',
  'nearest',
  'outcome',
];

function describeCall(call: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(CALL_FIELDS.map((field) => call[field]));
}

/** All that a reading of logs came to. */
export interface WholeReading {
  readonly calls: readonly Record<string, unknown>[];
  readonly changes: readonly unknown[];
  readonly skipped: Readonly<Record<string, number>>;
  readonly told: readonly string[];
  readonly counts: ReplayCounts;
}

/** Reads logs to their end and keeps everything. */
export async function readAll(
  files: readonly LogFile[],
  parts: ReadingParts = PLAIN_READING,
  allowlist: Allowlist = ALLOWLIST,
): Promise<WholeReading> {
  const calls: Record<string, unknown>[] = [];
  const changes: unknown[] = [];
  const skipped: Record<string, number> = {};
  const told: string[] = [];
  const counts = await replayLogs(
    {
      files,
      openStdin: () => {
        throw new Error('nothing reads standard input here');
      },
      parts,
      allowlist,
      window: ALL_TIME,
      signal: new AbortController().signal,
    },
    {
      takeCall: (call) => {
        const { group, decision, eventID, eventTime, atMs, sessionName } = call;
        const { verdict, reason, entry, nearest } = decision;
        calls.push({
          ...group,
          caller: nameCaller(group, sessionName),
          verdict,
          reason,
          entry,
          nearest,
          eventID,
          eventTime,
          atMs,
        });
      },
      takeChange: (judged) => changes.push(judged),
      takeSkipped: (reason, count, functionArn) => {
        const key = `${reason} ${functionArn}`;
        skipped[key] = (skipped[key] ?? 0) + count;
      },
      takeRejected: (file, position, reason) => told.push(JSON.stringify({ file, position, reason })),
      takeUnreadable: (file, reason) => told.push(`${file}: ${reason}`),
    },
  );
  return { calls, changes, skipped, told, counts };
}

import type { PolicyTarget } from '../containment/ports.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { type Caller, identifyCaller } from '../core/caller/caller.ts';
import { composeCallerKey } from '../core/caller/description.ts';
import { EXEMPT_SERVICE } from '../core/plan/guard-conditions.ts';
import { type LambdaInvocation, parseInvocation } from '../core/record/invocation.ts';
import { decideInvocation } from '../core/verdict/decision.ts';
import type { LogFile } from '../logs/log-files.ts';
import { readLogFile } from '../logs/log-reader.ts';
import { fetchFiles } from '../logs/objects-ahead.ts';
import type { CommandIo } from './command-io.ts';

/** A caller that the logs show and the allowlist does not list, and what containment means for it. */
export interface SeenCaller {
  readonly functionArn: string;
  /** As in its latest call. */
  readonly caller: Caller;
  readonly fate: CallerFate;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly calls: number;
  /** The `eventTime` of the latest call; null where no record says. */
  readonly lastSeen: string | null;
}

/**
 * What becomes of a caller: shut out; perhaps shut out, where the records do not tell enough; or not governed, because
 * the call is Lambda's own and no policy stops it.
 */
export type CallerFate = 'shutOut' | 'perhaps' | 'notGoverned';

/** What the logs told. */
export interface SeenCallers {
  /** Those to be shut out first, the busiest first. */
  readonly callers: readonly SeenCaller[];
  readonly records: number;
  /** What could not be read: the list may lack callers. One line each. */
  readonly unread: readonly string[];
}

/**
 * Reads CloudTrail logs for callers of the targets who are not listed. They are judged as of `nowMs`, not as of their
 * call: an entry that has expired since lets nobody in from now on.
 */
export async function findSeenCallers(
  files: readonly LogFile[],
  targets: readonly PolicyTarget[],
  allowlist: Allowlist,
  io: CommandIo,
): Promise<SeenCallers> {
  const nowTime = new Date(io.nowMs()).toISOString();
  const names = new Set(targets.map(({ functionArn, qualifier }) => `${functionArn}|${qualifier ?? ''}`));
  const wanted = (functionArn: string, { qualifier, requestParameters }: LambdaInvocation): boolean =>
    names.has(`${functionArn}|${qualifier ?? ''}`) ||
    // Without its parameters a record may have lost the qualifier: the call counts for whichever policy is asked about.
    (requestParameters === 'omitted' && targets.some((target) => target.functionArn === functionArn));
  const found = new Map<string, SeenCaller>();
  const seen = new Set<string>();
  const unread: string[] = [];
  let records = 0;
  for await (const file of fetchFiles(files)) {
    for await (const entry of readLogFile(file, () => io.stdin)) {
      if (entry.kind === 'unreadable' || entry.kind === 'rejected')
        unread.push(`${entry.file}: ${entry.reason}`);
      if (entry.kind !== 'record') continue;
      records += 1;
      const invocation = parseInvocation(entry.input);
      if (invocation.kind === 'rejected') unread.push(`${entry.file}: ${invocation.reason}`);
      if (invocation.kind !== 'invocation' || isRepeated(invocation, seen)) continue;
      if (invocation.functionArn === null || !wanted(invocation.functionArn, invocation)) continue;
      const caller = identifyCaller(invocation);
      const judged = judgeCaller({ ...invocation, eventTime: nowTime }, caller, allowlist);
      if (judged === undefined) continue;
      const key = [judged.fate, invocation.functionArn, composeCallerKey(caller)].join('|');
      found.set(
        key,
        countCall(found.get(key), { ...judged, functionArn: invocation.functionArn, caller }, invocation),
      );
    }
  }
  const callers = [...found.values()].sort(
    (left, right) => FATES.indexOf(left.fate) - FATES.indexOf(right.fate) || right.calls - left.calls,
  );
  return { callers, records, unread };
}

const FATES: readonly CallerFate[] = ['shutOut', 'perhaps', 'notGoverned'];

function isRepeated({ eventID }: LambdaInvocation, seen: Set<string>): boolean {
  if (eventID === null) return false;
  if (seen.has(eventID)) return true;
  seen.add(eventID);
  return false;
}

function judgeCaller(
  invocation: LambdaInvocation,
  caller: Caller,
  allowlist: Allowlist,
): { readonly fate: CallerFate; readonly reason: string } | undefined {
  const { verdict, reason } = decideInvocation(invocation, caller, allowlist);
  if (verdict === 'authorized' || verdict === 'unguarded') return undefined;
  const lambdasOwn =
    caller.kind === 'eventSourceMapping' || (caller.kind === 'service' && caller.service === EXEMPT_SERVICE);
  if (lambdasOwn) return { fate: 'notGoverned', reason };
  return { fate: verdict === 'unauthorized' ? 'shutOut' : 'perhaps', reason };
}

function countCall(
  before: SeenCaller | undefined,
  now: Pick<SeenCaller, 'functionArn' | 'caller' | 'fate' | 'reason'>,
  { eventTime }: LambdaInvocation,
): SeenCaller {
  if (before === undefined) return { ...now, calls: 1, lastSeen: eventTime };
  const later = eventTime !== null && (before.lastSeen === null || eventTime > before.lastSeen);
  return { ...(later ? { ...before, ...now, lastSeen: eventTime } : before), calls: before.calls + 1 };
}

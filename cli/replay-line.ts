import type { Caller } from '../core/caller/caller.ts';
import { describeCaller } from '../core/caller/description.ts';
import type { ChangeDecision, ChangeVerdict } from '../core/change/change-verdict.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { encodeJsonLine, printSafely } from '../core/text.ts';
import type { Decision, Verdict } from '../core/verdict/decision.ts';
import type { JudgedCall, JudgedChange } from '../logs/replay/call-consumer.ts';
import { nameCaller } from '../logs/replay/call-group.ts';

/** One judged call as `replay` prints it (contract, docs/commands.md). The order of the keys is part of it. */
export interface ReplayLine {
  readonly kind: 'invocation';
  readonly eventID: string | null;
  readonly eventTime: string | null;
  readonly functionArn: string | null;
  readonly qualifier: string | null;
  readonly caller: Caller;
  readonly verdict: Verdict;
  readonly reason: string;
  /** JSON pointer of the entry that lists the caller. */
  readonly entry: string | null;
  /** False where the record has an `errorCode`. */
  readonly succeeded: boolean;
  /** With `--against`: what the other allowlist says. */
  readonly before?: Pick<ReplayLine, 'verdict' | 'reason' | 'entry'>;
}

/** Puts a judged call into the form that `replay` prints. */
export function composeReplayLine({
  group,
  decision,
  before,
  eventID,
  eventTime,
  sessionName,
}: JudgedCall): ReplayLine {
  return {
    kind: 'invocation',
    eventID,
    eventTime,
    functionArn: group.functionArn,
    qualifier: group.qualifier,
    caller: nameCaller(group, sessionName),
    ...composeVerdict(decision),
    succeeded: group.outcome === 'succeeded',
    ...(before === null ? {} : { before: composeVerdict(before) }),
  };
}

function composeVerdict({
  verdict,
  reason,
  entry,
}: Decision): Pick<ReplayLine, 'verdict' | 'reason' | 'entry'> {
  return { verdict, reason, entry: entry?.pointer ?? null };
}

/** One judged change as `replay` prints it (contract, docs/commands.md). The order of the keys is part of it. */
export interface ChangeLine {
  readonly kind: 'change';
  readonly eventID: string | null;
  readonly eventName: string;
  readonly functionArn: string | null;
  readonly actor: Caller;
  readonly verdict: ChangeVerdict;
  /** False where the record has an `errorCode`: an attempt. */
  readonly succeeded: boolean;
  readonly reason: string;
  /** With `--against`: what the other allowlist says. */
  readonly before?: ChangeDecision;
}

/** Puts a judged change into the form that `replay` prints. */
export function composeChangeLine({ change, decision, before }: JudgedChange): ChangeLine {
  return {
    kind: 'change',
    eventID: change.eventID,
    eventName: change.eventName,
    functionArn: change.functionArn,
    actor: change.actor,
    verdict: decision.verdict,
    succeeded: change.errorCode === null,
    reason: decision.reason,
    ...(before === null ? {} : { before: { verdict: before.verdict, reason: before.reason } }),
  };
}

/** How results are printed. */
export type ReplayFormat = 'human' | 'json' | 'ndjson';

/** Prints lines in one format: `open` and `close` stand around them all, also when there are none. */
export interface LineFormatter {
  readonly open: string;
  readonly format: (line: ReplayLine) => string;
  /** @param eventTime as CloudTrail wrote it: people are shown it, though it is not part of the line */
  readonly formatChange: (line: ChangeLine, eventTime: string | null) => string;
  readonly close: () => string;
}

/** The formatter for one run; it remembers what it has printed so far. */
export function createFormatter(format: ReplayFormat): LineFormatter {
  switch (format) {
    case 'ndjson': {
      const format = (line: ReplayLine | ChangeLine): string => `${encodeJsonLine(line)}\n`;
      return { open: '', format, formatChange: format, close: () => '' };
    }
    case 'json':
      return createArrayFormatter();
    case 'human':
      return createHumanFormatter();
  }
}

function createArrayFormatter(): LineFormatter {
  let count = 0;
  const format = (line: ReplayLine | ChangeLine): string => {
    count += 1;
    return `${count === 1 ? '\n' : ',\n'}${encodeJsonLine(line)}`;
  };
  return {
    open: '[',
    format,
    formatChange: format,
    close: () => (count === 0 ? ']\n' : '\n]\n'),
  };
}

const VERDICT_WIDTH = 'undetermined'.length;
const TIME_WIDTH = '2026-01-01T00:00:00Z'.length;

/** The verdict, with `--against` behind the one before. */
function describeVerdict({ verdict, before }: ReplayLine | ChangeLine): string {
  if (before === undefined) return verdict.padEnd(VERDICT_WIDTH);
  return `${before.verdict.padEnd(VERDICT_WIDTH)} → ${verdict.padEnd(VERDICT_WIDTH)}`;
}

/** Columns are as wide as the widest text so far: nothing is held back to align it. */
function createHumanFormatter(): LineFormatter {
  let functionWidth = 0;
  let callerWidth = 0;
  return {
    open: '',
    format: (line) => {
      const called = line.functionArn === null ? null : qualifyFunctionArn(line.functionArn, line.qualifier);
      const entry = line.entry === null ? '' : ` (${line.entry})`;
      const words = `${line.reason}${entry}${line.succeeded ? '' : ', the call failed'}`;
      return composeColumns(line, line.eventTime, called, line.caller, words);
    },
    formatChange: (line, eventTime) => {
      const words = `${printSafely(line.eventName)}: ${line.reason}${line.succeeded ? '' : ', the attempt failed'}`;
      return composeColumns(line, eventTime, line.functionArn, line.actor, words);
    },
    close: () => '',
  };

  function composeColumns(
    line: ReplayLine | ChangeLine,
    eventTime: string | null,
    called: string | null,
    who: Caller,
    words: string,
  ): string {
    const name = printSafely(called ?? 'no function');
    const caller = printSafely(describeCaller(who));
    functionWidth = Math.max(functionWidth, name.length);
    callerWidth = Math.max(callerWidth, Math.min(caller.length, 90));
    return `${[
      describeVerdict(line),
      printSafely(eventTime ?? 'no time').padEnd(TIME_WIDTH),
      name.padEnd(functionWidth),
      caller.padEnd(callerWidth),
      words,
      `[${printSafely(line.eventID ?? 'no eventID')}]`,
    ].join('  ')}\n`;
  }
}

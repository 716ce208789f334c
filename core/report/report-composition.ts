import type { Allowlist } from '../allowlist/allowlist.ts';
import { HEARTBEAT_TARGET_NAME } from '../guard.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import { capList } from './capped-list.ts';
import { composeAsynchronousWork, composeCost } from './cost-composition.ts';
import { composeNewCallers } from './new-callers.ts';
import type { FunctionRow, Report, ReportedLogs, Timeline } from './report.ts';
import { composePair, countRow, formatTime, sortByCalls } from './report-rows.ts';
import type { PairCount, ReportTally } from './report-tally.ts';
import { composeTopCallers } from './top-callers.ts';
import { composeUndetermined, composeViolations } from './violations.ts';

/** What the composition needs beside the calls. */
export interface ReportFacts {
  readonly allowlist: Allowlist;
  /** The file of the allowlist as it was named; null where there is none. */
  readonly allowlistFile: string | null;
  /** When the report is made, in epoch milliseconds. */
  readonly nowMs: number;
  /** The window that was asked for; infinite where none was. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly reading: Pick<
    ReportedLogs,
    'files' | 'records' | 'duplicates' | 'outsideWindow' | 'skipped' | 'rejected' | 'unreadable'
  >;
}

const MOST_FUNCTIONS = 300;
const MOST_PAIRS = 300;
const MOST_TIMELINES = 12;
const MOST_CALLERS_IN_TIMELINE = 4;

/** Puts what was counted into a report. The lists are cut to what people read, and say what was cut. */
export function composeReport(tally: ReportTally, facts: ReportFacts): Report {
  const { total, verdicts } = tally;
  const spanHours = total.lastMs > total.firstMs ? (total.lastMs - total.firstMs) / 3_600_000 : 0;
  const executionScope =
    facts.sinceMs === Number.NEGATIVE_INFINITY && facts.untilMs === Number.POSITIVE_INFINITY
      ? 'span'
      : 'allLogs';
  return {
    kind: 'report',
    version: 1,
    generatedTime: new Date(facts.nowMs).toISOString(),
    allowlist: { file: facts.allowlistFile, entries: facts.allowlist.functions.length },
    logs: {
      completeness: facts.reading.unreadable.length === 0 ? 'whole' : 'partial',
      ...facts.reading,
      sinceTime: formatTime(facts.sinceMs),
      untilTime: formatTime(facts.untilMs),
      firstTime: formatTime(total.firstMs),
      lastTime: formatTime(total.lastMs),
      spanHours: Math.round(spanHours * 100) / 100,
      untimed: tally.countUntimed(),
      dropped: tally.countDropped(),
    },
    calls: {
      total: total.calls,
      failed: total.failed,
      verdicts: {
        authorized: verdicts.authorized.calls,
        unauthorized: verdicts.unauthorized.calls,
        undetermined: verdicts.undetermined.calls,
        unguarded: verdicts.unguarded.calls,
      },
      functions: [...tally.functions.values()].filter(({ functionArn }) => functionArn !== null).length,
      pairs: tally.pairs.size,
    },
    violations: composeViolations(tally),
    undetermined: composeUndetermined(tally),
    newCallers: composeNewCallers(tally),
    unguardedFunctions: listUnguardedFunctions(tally),
    topCallers: composeTopCallers(tally),
    timeline: composeTimeline(tally),
    pairs: capList(sortByCalls([...tally.pairs.values()]).map(composePair), MOST_PAIRS, ({ calls }) => calls),
    asynchronous: composeAsynchronousWork(tally, executionScope),
    cost: composeCost(tally, facts.allowlist, spanHours, executionScope),
  };
}

/** The heartbeat's target is guarded by the guard that is deployed, whatever the file says. */
function listUnguardedFunctions({ functions, pairs }: ReportTally): Report['unguardedFunctions'] {
  const callers = countCallers(pairs.values());
  const rows = sortByCalls([...functions.values()].filter(({ guarded }) => guarded === null)).flatMap(
    (count): readonly FunctionRow[] =>
      count.functionArn === null || parseFunctionName(count.functionArn)?.name === HEARTBEAT_TARGET_NAME
        ? []
        : [
            {
              functionArn: count.functionArn,
              ...countRow(count),
              callers: callers.get(count.functionArn) ?? 0,
            },
          ],
  );
  return capList(rows, MOST_FUNCTIONS, ({ calls }) => calls);
}

function countCallers(pairs: Iterable<PairCount>): ReadonlyMap<string, number> {
  const callers = new Map<string, number>();
  for (const { functionArn } of pairs) {
    if (functionArn !== null) callers.set(functionArn, (callers.get(functionArn) ?? 0) + 1);
  }
  return callers;
}

function composeTimeline({ functions, pairs, verdicts, buckets }: ReportTally): Timeline {
  const list = (count: { readonly series: PairCount['series'] }) => buckets.listCounts(count.series);
  const byFunction = new Map<string | null, PairCount[]>();
  for (const pair of pairs.values()) {
    const others = byFunction.get(pair.functionArn);
    if (others === undefined) byFunction.set(pair.functionArn, [pair]);
    else others.push(pair);
  }
  const shown = capList(sortByCalls([...functions.values()]), MOST_TIMELINES, ({ calls }) => calls);
  const rows = shown.rows.map((count) => {
    const callers = capList(
      sortByCalls(byFunction.get(count.functionArn) ?? []),
      MOST_CALLERS_IN_TIMELINE,
      ({ calls }) => calls,
    );
    return {
      functionArn: count.functionArn,
      calls: count.calls,
      counts: list(count),
      callers: {
        rows: callers.rows.map((pair) => ({ caller: pair.caller, calls: pair.calls, counts: list(pair) })),
        others: callers.others,
      },
    };
  });
  return {
    width: buckets.width(),
    starts: buckets.listStarts().map((ms) => formatTime(ms) ?? ''),
    verdicts: {
      authorized: list(verdicts.authorized),
      unauthorized: list(verdicts.unauthorized),
      undetermined: list(verdicts.undetermined),
      unguarded: list(verdicts.unguarded),
    },
    functions: { rows, others: shown.others },
  };
}

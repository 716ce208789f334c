import type { Allowlist } from '../allowlist/allowlist.ts';
import { findFunctionEntry } from '../allowlist/function-match.ts';
import { capList } from './capped-list.ts';
import { EVENT_PRICE, priceEvents } from './event-cost.ts';
import type { AsynchronousRow, AsynchronousWork, CostRow, CostScope, ReportedCost } from './report.ts';
import type { ReportTally } from './report-tally.ts';

const MOST_FUNCTIONS = 200;

type ExecutionScope = AsynchronousWork['executionScope'];

interface FunctionEvents {
  readonly functionArn: string | null;
  readonly calls: number;
  readonly asynchronous: number;
  readonly executions: number;
}

/** Puts asynchronous calls beside the executions that they led to, by function. */
export function composeAsynchronousWork(
  tally: ReportTally,
  executionScope: ExecutionScope,
): AsynchronousWork {
  const rows = listEvents(tally)
    .filter(({ asynchronous, executions }) => asynchronous + executions > 0)
    .map(
      ({ functionArn, asynchronous, executions }): AsynchronousRow => ({
        functionArn,
        calls: asynchronous,
        executions,
        surplus: Math.max(0, executions - asynchronous),
      }),
    )
    .sort((left, right) => right.executions - left.executions || right.calls - left.calls);
  return {
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    executions: rows.reduce((sum, { executions }) => sum + executions, tally.countDropped().executions),
    executionScope,
    functions: capList(rows, MOST_FUNCTIONS, ({ executions }) => executions),
  };
}

/** Prices the events of the logs: all of them, those of guarded functions, and function by function. */
export function composeCost(
  tally: ReportTally,
  allowlist: Allowlist,
  spanHours: number,
  executionScope: ExecutionScope,
): ReportedCost {
  const price = (calls: number, executions: number): CostScope => ({
    withoutExecutions: priceEvents(calls, spanHours),
    withExecutions: executionScope === 'span' ? priceEvents(calls + executions, spanHours) : null,
  });
  const rows = listEvents(tally)
    .map(
      ({ functionArn, calls, executions }): CostRow => ({
        functionArn,
        state:
          functionArn !== null && findFunctionEntry(allowlist, functionArn) !== undefined
            ? 'guarded'
            : 'unguarded',
        calls,
        executions,
        ...price(calls, executions),
      }),
    )
    .sort((left, right) => right.calls + right.executions - left.calls - left.executions);
  const guarded = rows.filter(({ state }) => state === 'guarded');
  const dropped = tally.countDropped();
  return {
    price: EVENT_PRICE,
    all: price(sum(rows, 'calls') + dropped.functions, sum(rows, 'executions') + dropped.executions),
    guarded: price(sum(guarded, 'calls'), sum(guarded, 'executions')),
    functions: capList(rows, MOST_FUNCTIONS, ({ calls, executions }) => calls + executions),
  };
}

function sum(rows: readonly CostRow[], key: 'calls' | 'executions'): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

function listEvents({ functions, executions }: ReportTally): readonly FunctionEvents[] {
  const keys = new Set([...functions.keys(), ...executions.keys()]);
  return [...keys].map((key) => ({
    functionArn: key === '' ? null : key,
    calls: functions.get(key)?.calls ?? 0,
    asynchronous: functions.get(key)?.asynchronous ?? 0,
    executions: executions.get(key) ?? 0,
  }));
}

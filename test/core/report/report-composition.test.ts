import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Allowlist, InvokerEntry, Mode } from '../../../core/allowlist/allowlist.ts';
import type { Caller } from '../../../core/caller/caller.ts';
import { composeReport } from '../../../core/report/report-composition.ts';
import { createReportTally } from '../../../core/report/report-tally.ts';
import { decideInvocation } from '../../../core/verdict/decision.ts';

interface Case {
  readonly name: string;
  readonly given: {
    readonly functions: readonly {
      readonly name: string;
      readonly mode: Mode;
      readonly invokers: readonly InvokerEntry[];
    }[];
    readonly calls: readonly {
      /** Null for a record that names none. */
      readonly function: string | null;
      readonly caller: Caller;
      readonly time: string | null;
      readonly times?: number;
      readonly outcome?: 'failed';
      readonly invocationType?: string;
    }[];
    readonly executions?: readonly { readonly function: string | null; readonly times: number }[];
    readonly since?: string;
  };
  /** What stands in the report at these JSON pointers. */
  readonly expected: Readonly<Record<string, unknown>>;
}

const CASES = 'test/cases/report';

function nameFunction(name: string | null): string | null {
  return name === null ? null : `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
}

function report({ functions, calls, executions = [], since }: Case['given']) {
  const allowlist: Allowlist = {
    version: 1,
    trail: { functions: 'guarded' },
    alerts: { emails: [] },
    functions: functions.map(({ name, mode, invokers }, index) => ({
      pointer: `/functions/${index}`,
      selector: { kind: 'name', name },
      mode,
      invokers,
    })),
    breakGlass: [],
  };
  const tally = createReportTally();
  for (const {
    function: name,
    caller,
    time,
    times = 1,
    outcome = 'succeeded' as const,
    invocationType = null,
  } of calls) {
    const functionArn = nameFunction(name);
    const facts = { eventName: 'Invoke', qualifier: null, vpcEndpointId: null, sourceIPAddress: null };
    const judged = { ...facts, functionArn, eventTime: time, requestParameters: 'present' as const };
    const decision = decideInvocation(judged, caller, allowlist);
    const group = { functionArn, caller, invocationType, outcome };
    const atMs = Date.parse(time ?? '');
    for (let index = 0; index < times; index += 1) {
      tally.takeCall({ group, decision, eventID: `${name}-${index}`, atMs, sessionName: null });
    }
  }
  for (const { function: name, times } of executions) tally.takeExecutions(nameFunction(name), times);
  return composeReport(tally, {
    allowlist,
    allowlistFile: 'invokeguard.yaml',
    nowMs: Date.parse('2026-11-21T00:00:00Z'),
    sinceMs: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
    untilMs: Number.POSITIVE_INFINITY,
    reading: {
      files: 1,
      records: calls.length,
      duplicates: 0,
      outsideWindow: 0,
      skipped: {},
      rejected: 0,
      unreadable: [],
    },
  });
}

function readPointer(value: unknown, pointer: string): unknown {
  const step = (at: unknown, key: string): unknown => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) {
      throw new Error(`nothing at \`${pointer}\``);
    }
    return (at as Record<string, unknown>)[key];
  };
  return pointer.split('/').slice(1).reduce(step, value);
}

describe.each(readdirSync(CASES).filter((file) => file.endsWith('.json')))('composeReport, %s', (file) => {
  const cases = JSON.parse(readFileSync(join(CASES, file), 'utf8')) as readonly Case[];
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { given, expected }) => {
    const composed: unknown = JSON.parse(JSON.stringify(report(given)));
    const found = Object.fromEntries(
      Object.keys(expected).map((pointer) => [pointer, readPointer(composed, pointer)]),
    );
    expect(found).toEqual(expected);
  });
});

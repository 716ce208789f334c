import { createReportTally, type ReportedCall } from '../../../core/report/report-tally.ts';

function call(name: string, changes: Partial<ReportedCall> = {}): ReportedCall {
  const functionArn = `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
  return {
    group: {
      functionArn,
      caller: { kind: 'role', roleArn: `arn:aws:iam::111122223333:role/${name}` },
      invocationType: null,
      outcome: 'succeeded',
    },
    decision: { verdict: 'unauthorized', reason: 'not listed', nearest: null, guarded: null },
    eventID: name,
    atMs: Date.parse('2026-10-01T12:00:00Z'),
    sessionName: null,
    ...changes,
  };
}

describe('createReportTally', () => {
  it('keeps no more than it is told to, and counts what it had no room for', () => {
    const tally = createReportTally(2);
    for (const name of ['a', 'b', 'c', 'c', 'a', 'd']) tally.takeCall(call(name));
    for (const name of ['a', 'b', 'c']) tally.takeExecutions(name, 5);
    expect([tally.functions.size, tally.pairs.size, tally.findings.size, tally.executions.size]).toEqual([
      2, 2, 2, 2,
    ]);
    expect(tally.countDropped()).toEqual({ functions: 3, pairs: 3, findings: 3, executions: 5 });
    expect([tally.total.calls, tally.verdicts.unauthorized.calls]).toEqual([6, 6]);
  });

  it('takes groups that say the same as one caller, and sessions of a role too', () => {
    const tally = createReportTally();
    tally.takeCall(call('a', { sessionName: 'one' }));
    tally.takeCall(call('a', { sessionName: 'two' }));
    const [pair] = tally.pairs.values();
    expect([tally.pairs.size, pair?.calls]).toEqual([1, 2]);
  });

  it('tells verdicts apart that one group has before and after an entry expires', () => {
    const tally = createReportTally();
    const before = call('a', {
      decision: { verdict: 'authorized', reason: 'listed', nearest: null, guarded: null },
    });
    const after = {
      ...before,
      decision: { ...before.decision, verdict: 'unauthorized' as const, reason: 'expired' },
    };
    for (const one of [before, after, before, after, after]) tally.takeCall(one);
    const [pair] = tally.pairs.values();
    expect(pair?.verdicts).toEqual({ authorized: 2, unauthorized: 3, undetermined: 0, unguarded: 0 });
    expect([...tally.findings.values()].map(({ calls, reason }) => [calls, reason])).toEqual([
      [3, 'expired'],
    ]);
  });

  it('tells reasons apart that one group has at different times', () => {
    const tally = createReportTally();
    const first = call('a');
    const second = { ...first, decision: { ...first.decision, reason: 'expired' } };
    for (const one of [first, second, second]) tally.takeCall(one);
    expect([...tally.findings.values()].map(({ calls, reason }) => [calls, reason])).toEqual([
      [1, 'not listed'],
      [2, 'expired'],
    ]);
  });

  it('takes a time that no calendar of CloudTrail has for none', () => {
    const tally = createReportTally();
    tally.takeCall(call('a', { atMs: 8.64e15 }));
    tally.takeCall(call('a', { atMs: Number.NaN }));
    expect([tally.countUntimed(), tally.total.calls, tally.buckets.listStarts()]).toEqual([2, 2, []]);
  });
});

import { RetryableError } from '../../../containment/errors.ts';
import type { Mode } from '../../../core/allowlist/allowlist.ts';
import { handleJob } from '../../../functions/converge/job-handler.ts';
import { composeAllowlist, FUNCTION_ARN, GUARD, POLICY, TARGET } from '../../containment/calls.ts';
import { buildPlantedWorld } from '../../containment/guard-world.ts';
import { recordTelemetry } from '../recorded-telemetry.ts';

function buildRuntime(mode: Mode = 'enforce', qualifiers: readonly string[] = ['$LATEST', 'live']) {
  const ports = { ...buildPlantedWorld(), qualifiers: { listQualifiers: async () => qualifiers } };
  return { allowlist: composeAllowlist(mode), guard: GUARD, ports, ...recordTelemetry() };
}

const LATER = Date.parse('2026-11-22T00:00:00Z');
const JOB = JSON.stringify({ kind: 'function', functionArn: FUNCTION_ARN, runID: 'run-1', offender: null });

describe('a job of the converging function', () => {
  it('guards every policy of the function and tells what it did', async () => {
    const runtime = buildRuntime();
    await handleJob(JOB, LATER, runtime);
    const [alert] = runtime.ports.alerts.published;
    expect(alert?.subject).toBe('Invokeguard: all versions and aliases guarded: thumbnailer');
    expect(alert?.text).toContain('3 of 3 policies looked at: 3 rewritten, 0 NOT guarded.');
    expect(alert?.text).toContain(`npx invokeguard rollback --function '${FUNCTION_ARN}' --qualifier 'live'`);
  });

  it('says nothing where nothing had to be done', async () => {
    const runtime = buildRuntime();
    await handleJob(JOB, LATER, runtime);
    await handleJob(JOB.replace('run-1', 'run-2'), LATER, runtime);
    expect(runtime.ports.alerts.published).toHaveLength(1);
  });

  it('delivered twice alerts once', async () => {
    const runtime = buildRuntime();
    await handleJob(JOB, LATER, runtime);
    await handleJob(JOB, LATER, runtime);
    expect(runtime.ports.alerts.published).toHaveLength(1);
  });

  it('that runs out of time tells what is still to come, and is delivered again', async () => {
    const runtime = buildRuntime('enforce', ['$LATEST', '3', '2', '1']);
    const soon = runtime.ports.clock.nowMs() + 1_500;
    await expect(handleJob(JOB, soon, runtime)).rejects.toThrow(RetryableError);
    expect(runtime.ports.alerts.published[0]?.subject).toContain('NOT all guarded');
    expect(runtime.ports.alerts.published[0]?.text).toContain('Still to come');
    await handleJob(JOB, LATER, runtime);
    expect(runtime.ports.alerts.published[1]?.subject).toContain('all versions and aliases guarded');
  });

  it('for a function in mode observe does nothing', async () => {
    const runtime = buildRuntime('observe');
    await handleJob(JOB, LATER, runtime);
    expect(runtime.ports.policies.calls).toEqual([]);
  });

  it('for all functions becomes one job for each that was contained', async () => {
    const runtime = buildRuntime();
    await handleJob(JOB, LATER, runtime);
    await handleJob('{"kind":"all","runID":"daily-1"}', LATER, runtime);
    expect(runtime.ports.convergence.jobs).toEqual([
      { kind: 'function', functionArn: FUNCTION_ARN, runID: 'daily-1', offender: null },
    ]);
  });

  it('for all functions tells, once a day, which entries expire within the week', async () => {
    const runtime = buildRuntime();
    const [guarded] = runtime.allowlist.functions;
    const entry = { kind: 'account', account: '444455556666', owner: 'team-media' } as const;
    const invokers = ['2026-11-20', '2026-11-25', '2027-01-31'].map((day, index) => {
      return { ...entry, pointer: `/functions/0/invokers/${index}`, expires: `${day}T00:00:00.000Z` };
    });
    const allowlist = { ...runtime.allowlist, functions: [{ ...guarded!, invokers }] };
    for (const runID of ['deploy-1', 'daily-1']) {
      await handleJob(JSON.stringify({ kind: 'all', runID }), LATER, { ...runtime, allowlist });
    }
    expect(runtime.ports.alerts.published).toHaveLength(1);
    const [alert] = runtime.ports.alerts.published;
    expect(alert?.subject).toBe('Invokeguard: allowlist entries expire soon: 1 entry');
    expect(alert?.text).toContain(
      '2026-11-25T00:00:00.000Z  /functions/0/invokers/1  account 444455556666, team-media',
    );
  });

  it('for the digest looks again at what was undone three times within the hour', async () => {
    const runtime = buildRuntime('enforce', []);
    for (let round = 1; round <= 4; round += 1) {
      runtime.ports.policies.place(TARGET, POLICY);
      await handleJob(JOB.replace('run-1', `run-${round}`), LATER, runtime);
    }
    expect(runtime.ports.policies.look(TARGET)).toBe(POLICY);
    await handleJob('{"kind":"digest","runID":"hour-1"}', LATER, runtime);
    expect(runtime.ports.convergence.jobs).toEqual([
      { kind: 'function', functionArn: FUNCTION_ARN, runID: 'hour-1', offender: null },
    ]);
    runtime.ports.clock.advance(3_600_000);
    await handleJob(JSON.stringify(runtime.ports.convergence.jobs[0]), LATER, runtime);
    expect(JSON.stringify(runtime.ports.policies.look(TARGET))).toContain('InvokeguardDeny');
    await handleJob('{"kind":"digest","runID":"hour-2"}', LATER, runtime);
    expect(runtime.ports.convergence.jobs).toHaveLength(1);
  });

  it('for the digest tells what no alert of its own told, and counts its messages', async () => {
    const runtime = buildRuntime();
    const counted: [string, number][] = [];
    jest.spyOn(runtime.telemetry.metrics, 'addMetric').mockImplementation((name, _unit, value) => {
      counted.push([name, value]);
      return runtime.telemetry.metrics;
    });
    const nowMs = runtime.ports.clock.nowMs();
    const group = { groupID: 'ab'.repeat(16), functionArn: FUNCTION_ARN, caller: 'anybody' };
    await runtime.ports.alertBook.countRepetition(group, 'one', nowMs);
    await handleJob('{"kind":"digest","runID":"hour-1"}', LATER, runtime);
    runtime.ports.clock.advance(24 * 3_600_000);
    await handleJob('{"kind":"digest","runID":"hour-2"}', LATER, runtime);
    expect(runtime.ports.alerts.published.map(({ event }) => event)).toEqual([
      expect.objectContaining({ kind: 'digest', runID: 'hour-2' }),
    ]);
    expect(counted).toEqual([
      ['DigestSent', 0],
      ['DigestSent', 1],
    ]);
  });

  it('of one run for several functions guards each of them', async () => {
    const runtime = buildRuntime();
    const other = { functionArn: FUNCTION_ARN.replace('thumbnailer', 'resizer'), qualifier: null };
    runtime.ports.policies.place(other, POLICY);
    const [first] = runtime.allowlist.functions;
    const functions = [
      first!,
      { ...first!, pointer: '/functions/1', selector: { kind: 'name', name: 'resizer' } as const },
    ];
    const both = { ...runtime, allowlist: { ...runtime.allowlist, functions } };
    await handleJob(JOB, LATER, both);
    await handleJob(JOB.replace('thumbnailer', 'resizer'), LATER, both);
    expect(runtime.ports.policies.look(other)?.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny' }),
    );
    expect(runtime.ports.alerts.published).toHaveLength(2);
  });

  it.each([
    ['text', 'hello'],
    ['no job', '{}'],
    ['a job without a run', '{"kind":"all"}'],
    ['a job without a function', '{"kind":"function","runID":"run-1"}'],
    ['a job of another kind', '{"kind":"delete","runID":"run-1"}'],
  ])('that is %s is thrown back, so that it ends in the dead-letter queue', async (_, body) => {
    await expect(handleJob(body, LATER, buildRuntime())).rejects.toThrow('is no convergence job');
  });
});

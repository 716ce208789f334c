import type { HeartbeatRun } from '../../../containment/heartbeat-run.ts';
import type { TrailState } from '../../../core/heartbeat/chain-parts.ts';
import { reportRun } from '../../../functions/heartbeat/run-report.ts';
import { SOUND_PARTS } from '../../containment/heartbeat-world.ts';
import { recordTelemetry } from '../recorded-telemetry.ts';

const SOUND: HeartbeatRun = { parts: SOUND_PARTS, call: 'answered', lost: [], recovery: 'none' };

function report(run: Partial<HeartbeatRun>): Readonly<Record<string, number>> {
  const { telemetry, sums } = recordTelemetry();
  reportRun({ ...SOUND, ...run }, telemetry);
  return sums;
}

const withTrail = (trail: TrailState): Partial<HeartbeatRun> => ({ parts: { ...SOUND_PARTS, trail } });

describe('what a run of the heartbeat counts', () => {
  it('is nothing where the trail logs, no rule is broken and no beat was lost', () => {
    expect(report({})).toEqual({});
  });

  it('is each beat that was lost, one that could not be sent among them', () => {
    const lost = [{ kind: 'call', reason: 'no' }, { kind: 'selectors' }] as const;
    expect(report({ call: 'failed', lost })).toEqual({ HeartbeatLost: 2 });
  });

  it('is how many rules are broken', () => {
    const faults = [{ name: 'invokeguard-invocations-001', fault: 'disabled' } as const];
    expect(report({ parts: { ...SOUND_PARTS, rules: { kind: 'read', faults } } })).toEqual({
      RulesBroken: 1,
    });
  });

  const read = { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' } as const;
  it.each<[string, TrailState]>([
    ['is gone', { kind: 'missing' }],
    ['is stopped', { ...read, logging: 'off' }],
    ['does not log calls of the target', { ...read, target: 'notLogged' }],
  ])('is a silent trail for one that %s', (_what, trail) => {
    expect(report(withTrail(trail))['TrailSilent']).toBe(1);
  });

  it('is nothing about what could not be looked at', () => {
    const unreadable = { kind: 'unreadable', reason: 'AccessDenied' } as const;
    expect(report({ parts: { ...SOUND_PARTS, trail: unreadable, rules: unreadable } })).toEqual({});
    expect(report(withTrail({ kind: 'notNamed' }))).toEqual({});
  });
});

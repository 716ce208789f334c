import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { HeartbeatRun } from '../../../containment/heartbeat-run.ts';
import type { TrailState } from '../../../core/heartbeat/chain-parts.ts';
import { reportRun } from '../../../functions/heartbeat/run-report.ts';
import { SOUND_PARTS } from '../../containment/heartbeat-world.ts';

const SOUND: HeartbeatRun = { parts: SOUND_PARTS, call: 'answered', lost: [], recovery: 'none' };

function report(run: Partial<HeartbeatRun>): Record<string, number> {
  const metrics = new Metrics({ namespace: 'Invokeguard', serviceName: 'test' });
  const counted: Record<string, number> = {};
  jest.spyOn(metrics, 'addMetric').mockImplementation((name, _unit, value) => {
    counted[name] = value;
    return metrics;
  });
  reportRun({ ...SOUND, ...run }, { logger: new Logger({ logLevel: 'SILENT' }), metrics });
  return counted;
}

const withTrail = (trail: TrailState): Partial<HeartbeatRun> => ({ parts: { ...SOUND_PARTS, trail } });

describe('what a run of the heartbeat counts', () => {
  it('is a beat that was sent, a trail that logs and no broken rule', () => {
    expect(report({})).toEqual({ HeartbeatSent: 1, TrailLogging: 1, RulesBroken: 0 });
  });

  it('is each beat that was lost, and none sent where the target could not be called', () => {
    const lost = [{ kind: 'call', reason: 'no' }, { kind: 'selectors' }] as const;
    expect(report({ call: 'failed', lost })).toEqual({ HeartbeatLost: 2, TrailLogging: 1, RulesBroken: 0 });
  });

  it('is how many rules are broken', () => {
    const faults = [{ name: 'invokeguard-invocations-001', fault: 'disabled' } as const];
    expect(report({ parts: { ...SOUND_PARTS, rules: { kind: 'read', faults } } })).toMatchObject({
      RulesBroken: 1,
    });
  });

  const read = { kind: 'read', logging: 'on', deliveryError: null, target: 'logged' } as const;
  it.each<[string, TrailState]>([
    ['is gone', { kind: 'missing' }],
    ['is stopped', { ...read, logging: 'off' }],
    ['does not log calls of the target', { ...read, target: 'notLogged' }],
  ])('is 0 for a trail that %s', (_what, trail) => {
    expect(report(withTrail(trail))['TrailLogging']).toBe(0);
  });

  it('is nothing about what could not be looked at', () => {
    const unreadable = { kind: 'unreadable', reason: 'AccessDenied' } as const;
    expect(report({ parts: { ...SOUND_PARTS, trail: unreadable, rules: unreadable } })).toEqual({
      HeartbeatSent: 1,
    });
    expect(report(withTrail({ kind: 'notNamed' }))).not.toHaveProperty('TrailLogging');
  });
});

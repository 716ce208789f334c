import { nameGuard } from '../../../core/guard.ts';
import {
  type BeatSighting,
  isHeartbeatCall,
  judgeBeat,
  nameHeartbeatCaller,
  nameHeartbeatTarget,
} from '../../../core/heartbeat/beat.ts';
import type { Verdict } from '../../../core/verdict/decision.ts';
import cases from '../../cases/heartbeat/beats.json' with { type: 'json' };

const SENT_MS = Date.parse('2026-11-21T10:00:00Z');
const at = (minutes: number): number => SENT_MS + minutes * 60_000;

interface BeatCase {
  readonly name: string;
  readonly live?: { readonly verdict: string; readonly afterMinutes: number };
  readonly sweep?: { readonly verdict: string; readonly afterMinutes: number };
  readonly startedMinutes?: number;
  readonly proven?: string;
  readonly atMinutes: number;
  readonly expected: object;
}

const readSighting = (sighting: BeatCase['live']): BeatSighting | null =>
  sighting === undefined ? null : { verdict: sighting.verdict as Verdict, seenMs: at(sighting.afterMinutes) };

describe('a beat', () => {
  it.each((cases as readonly BeatCase[]).map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const sightings = { live: readSighting(one.live), sweep: readSighting(one.sweep) };
    const age = {
      startedMs: at(one.startedMinutes ?? -10_000),
      proven: (one.proven ?? 'once') as 'never' | 'once',
    };
    const beat = { requestID: 'request-1', sentMs: SENT_MS };
    expect(judgeBeat(beat, sightings, at(one.atMinutes), age)).toMatchObject(one.expected);
  });

  const guard = nameGuard('111122223333', 'eu-west-1');
  const target = nameHeartbeatTarget(guard);
  const caller = nameHeartbeatCaller(guard);

  it('is a call of exactly the target by exactly the role of the heartbeat', () => {
    expect(target).toBe('arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-heartbeat-target');
    expect(caller.roleArn).toBe('arn:aws:iam::111122223333:role/invokeguard-heartbeat-eu-west-1');
    expect(isHeartbeatCall(target, { ...caller, sessionName: 'any' }, guard)).toBe(true);
  });

  it.each([
    ['a role with a path', target, { ...caller, roleArn: caller.roleArn.replace('role/', 'role/copies/') }],
    ['the role of another account', target, { ...caller, roleArn: caller.roleArn.replace('1111', '9999') }],
    [
      'the role of another Region',
      target,
      { ...caller, roleArn: caller.roleArn.replace('eu-west-1', 'us-east-1') },
    ],
    ['the role through a service', target, { ...caller, invokedBy: 'states.amazonaws.com' }],
    ['a user of that name', target, { kind: 'user', userArn: caller.roleArn.replace(':role/', ':user/') }],
    ['the role on another function', target.replace('-target', '-target2'), caller],
    ['the role on a function that the record does not name', null, caller],
  ] as const)('is no call by %s', (_what, functionArn, other) => {
    expect(isHeartbeatCall(functionArn, other, guard)).toBe(false);
  });
});

import type { ChainParts, RuleFault } from '../../core/heartbeat/chain-parts.ts';
import { HeartbeatWorld, SOUND_PARTS } from './heartbeat-world.ts';

/** A chain that has worked before: two beats, of which the first came back. */
async function buildProven(): Promise<HeartbeatWorld> {
  const world = new HeartbeatWorld();
  await world.beatAndWait();
  await world.deliver('request-1');
  await world.beatAndWait();
  await world.beat();
  await world.deliver('request-2');
  await world.deliver('request-3');
  world.clock.advance(15 * 60_000);
  return world;
}

describe('a call by the heartbeat', () => {
  it('marks its beat, is not alerted, and tells how long it took', async () => {
    const world = new HeartbeatWorld();
    await world.beat();
    expect(await world.deliver('request-1')).toEqual({
      kind: 'heartbeat',
      path: 'live',
      verdict: 'unauthorized',
      marking: 'first',
      latencyMs: 10_000,
    });
    expect(world.told).toEqual([]);
    expect(world.policies.calls).toEqual([]);
  });

  it('is marked once for each path', async () => {
    const world = new HeartbeatWorld();
    await world.beat();
    await world.deliver('request-1');
    expect(await world.deliver('request-1')).toMatchObject({ marking: 'repeated' });
    expect(await world.deliver('request-1', 'sweep')).toMatchObject({ marking: 'first', latencyMs: null });
    expect(world.told).toEqual([]);
  });

  it.each([
    ['whose requestID the heartbeat never got', 'request-2', {}],
    ['without a requestID', 'request-1', { requestID: undefined }],
    [
      'by somebody else',
      'request-1',
      {
        userIdentity: {
          type: 'IAMUser',
          arn: 'arn:aws:iam::111122223333:user/mallory',
          accountId: '111122223333',
        },
      },
    ],
  ])('%s is a violation like any other', async (_what, requestID, changes) => {
    const world = new HeartbeatWorld();
    await world.beat();
    expect(await world.deliver(requestID, 'live', changes)).toMatchObject({
      kind: 'alerted',
      about: { decision: { verdict: 'unauthorized' }, outcome: { kind: 'observed' } },
    });
    expect(world.told).toEqual(['unauthorized call, observed only: invokeguard-heartbeat-target']);
  });

  it('that cannot be marked now is delivered again', async () => {
    const world = new HeartbeatWorld();
    await world.beat();
    world.heartbeats.interrupt = () => {
      throw new Error('no answer');
    };
    await expect(world.deliver('request-1')).rejects.toThrow('no answer');
  });
});

describe('a run of the heartbeat', () => {
  it('tells nobody anything while beats come back in time', async () => {
    const world = await buildProven();
    expect(await world.beat()).toMatchObject({ call: 'answered', lost: [], recovery: 'none' });
    expect(world.told).toEqual([]);
    expect(world.heartbeats.memory).toMatchObject({ proven: 'once', outage: null });
    expect(world.heartbeats.memory?.open.map(({ requestID }) => requestID)).toEqual(['request-4']);
  });

  it('does not call a beat lost before its deadline', async () => {
    const world = await buildProven();
    await world.beatAndWait();
    expect((await world.beat()).lost).toEqual([]);
  });

  const disabled: readonly RuleFault[] = [{ name: 'invokeguard-invocations-001', fault: 'disabled' }];
  it.each([
    ['trail stopped', { trail: { ...SOUND_PARTS.trail, logging: 'off' } }],
    ['trail gone', { trail: { kind: 'missing' } }],
    ['trail selectors', { trail: { ...SOUND_PARTS.trail, target: 'notLogged' } }],
    ['trail delivery', { trail: { ...SOUND_PARTS.trail, deliveryError: 'AccessDenied' } }],
    ['EventBridge rules', { rules: { kind: 'read', faults: disabled } }],
    ['remediator', { queues: { kind: 'read', waiting: 2, deadLetters: 0 } }],
    ['link unknown', {}],
  ])('names the link of a beat that is lost: %s', async (name, parts) => {
    const world = await buildProven();
    world.parts = { ...SOUND_PARTS, ...parts } as ChainParts;
    await world.beatAndWait();
    await world.beatAndWait();
    expect((await world.beat()).lost).toHaveLength(1);
    expect(world.told).toEqual([`heartbeat LOST: ${name}`]);
  });

  it('names the delivery of EventBridge where only the sweep saw the record', async () => {
    const world = await buildProven();
    await world.beatAndWait();
    await world.deliver('request-4', 'sweep');
    await world.beatAndWait();
    expect((await world.beat()).lost).toEqual([{ kind: 'eventDelivery' }]);
  });

  it('names the verdict where a break-glass entry lists the heartbeat, and no record can come', async () => {
    const world = await buildProven();
    const entry = { kind: 'account', pointer: '/breakGlass/0', account: '111122223333' } as const;
    world.allowlist = { ...world.allowlist, breakGlass: [entry] };
    await world.beatAndWait();
    await world.beatAndWait();
    expect((await world.beat()).lost).toEqual([{ kind: 'verdict', verdict: 'authorized' }]);
  });

  it('names the verdict where a record came all the same, and was judged authorized', async () => {
    const world = await buildProven();
    await world.beatAndWait();
    const { allowlist } = world;
    const entry = { kind: 'account', pointer: '/breakGlass/0', account: '111122223333' } as const;
    world.allowlist = { ...allowlist, breakGlass: [entry] };
    expect(await world.deliver('request-4')).toMatchObject({ kind: 'heartbeat', verdict: 'authorized' });
    world.allowlist = allowlist;
    expect((await world.beat()).lost).toEqual([{ kind: 'verdict', verdict: 'authorized' }]);
  });

  it('tells at once that its target cannot be called', async () => {
    const world = await buildProven();
    world.failure = { kind: 'failed', requestID: null, reason: 'AccessDenied: no' };
    const run = await world.beat();
    expect(run).toMatchObject({ call: 'failed', lost: [{ kind: 'call', reason: 'AccessDenied: no' }] });
    expect(world.told).toEqual(['heartbeat LOST: target not called']);
  });

  it('knows the record of a call that failed, where Lambda told its id', async () => {
    const world = await buildProven();
    world.failure = { kind: 'failed', requestID: 'throttled-1', reason: 'TooManyRequestsException' };
    await world.beat();
    expect(await world.deliver('throttled-1')).toMatchObject({ kind: 'heartbeat' });
  });

  it('tells of a broken chain once, however long it lasts that day, and once that it holds again', async () => {
    const world = await buildProven();
    const lost: number[] = [];
    for (let beats = 0; beats < 8; beats += 1) lost.push((await world.beatAndWait()).lost.length);
    expect(lost).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
    expect(world.told).toEqual(['heartbeat LOST: link unknown']);
    await world.deliver('request-11');
    expect(await world.beatAndWait()).toMatchObject({ recovery: 'recovered' });
    expect(world.told).toEqual(['heartbeat LOST: link unknown', 'heartbeat back: chain holds again']);
    expect(world.alerts.published.at(-1)?.text).toContain('A later call');
  });

  it('tells once that a beat which was called lost came after all', async () => {
    const world = await buildProven();
    await world.beatAndWait();
    await world.beatAndWait();
    await world.beat();
    await world.deliver('request-4');
    await world.deliver('request-5');
    await world.deliver('request-6');
    world.heartbeats.memory = { ...world.heartbeats.memory!, open: [] };
    await world.beat();
    await world.beat();
    expect(world.told).toEqual(['heartbeat LOST: link unknown', 'heartbeat back: chain holds again']);
    expect(world.alerts.published.at(-1)?.text).toContain('A call that counted as lost');
    expect(world.alerts.published.at(-1)?.event).toMatchObject({
      requestID: 'request-4',
      state: 'recovered',
    });
  });

  it('says nothing in the first hour of a deployment, whose trail is blind for minutes, and speaks after it', async () => {
    const world = new HeartbeatWorld();
    for (let beats = 0; beats < 6; beats += 1) expect((await world.beatAndWait()).lost).toEqual([]);
    expect((await world.beatAndWait()).lost).toEqual([{ kind: 'unknown', unreadable: [] }]);
    expect(world.told).toEqual(['heartbeat LOST: link unknown']);
  });

  it('that dies before it remembers tells again nothing that was told', async () => {
    const world = await buildProven();
    await world.beatAndWait();
    await world.beatAndWait();
    world.heartbeats.interrupt = (call) => {
      if (call === 'writeMemory') throw new Error('died');
    };
    await expect(world.beat()).rejects.toThrow('died');
    world.heartbeats.interrupt = () => undefined;
    await world.beat();
    expect(world.told).toEqual(['heartbeat LOST: link unknown']);
    expect(world.heartbeats.memory?.outage).toMatchObject({ link: 'unknown' });
  });
});

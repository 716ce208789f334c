import { type AlertSending, sendAlert } from '../../containment/alerting.ts';
import { buildWorld, composeFinding, findMany } from './alerting-world.ts';

describe('a finding', () => {
  it('is told singly while the hour has messages, and waits for the digest afterwards', async () => {
    const world = buildWorld();
    const sendings = await findMany(world, 42);
    expect(sendings.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 'sent'));
    expect(sendings.slice(40)).toEqual(['deferred', 'deferred']);
    expect(world.alertBook.deferred.map(({ eventID, outcome }) => [eventID, outcome])).toEqual([
      ['caller-event-40', 'unauthorized observed'],
      ['caller-event-41', 'unauthorized observed'],
    ]);
    const said = world.alerts.singles.map(({ text }) => text.includes('last single message of this hour'));
    expect(said.indexOf(true)).toBe(39);
  });

  it('is told singly again in the next hour', async () => {
    const world = buildWorld();
    await findMany(world, 41);
    world.clock.advance(3_600_000);
    expect(await findMany(world, 1, 'other')).toEqual(['sent']);
  });

  it('beyond the few that its function and caller may have in an hour waits for the digest', async () => {
    const world = buildWorld();
    const sendings: AlertSending[] = [];
    for (let version = 1; version <= 7; version += 1) {
      sendings.push(await sendAlert(composeFinding('mallory', `event-${version}`, `of-${version}`), world));
    }
    expect(sendings).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'deferred', 'deferred']);
    const said = world.alerts.singles.map(({ text }) => text.includes('hour about this function and caller'));
    expect(said.indexOf(true)).toBe(4);
    expect(await sendAlert(composeFinding('trudy', 'other'), world)).toBe('sent');
  });

  it('about the guard itself has messages of its own, which a storm does not use up', async () => {
    const world = buildWorld();
    await findMany(world, 41);
    const finding = { ...composeFinding('any', 'run-1'), key: 'heartbeat', group: 'guard' } as const;
    expect(await sendAlert(finding, world)).toBe('sent');
  });

  it('about the guard itself waits for the digest as well where there are too many', async () => {
    const world = buildWorld();
    const sendings: AlertSending[] = [];
    for (let index = 0; index < 11; index += 1) {
      const finding = {
        ...composeFinding('any', `run-${index}`),
        key: `run-${index}`,
        group: 'guard',
      } as const;
      sendings.push(await sendAlert(finding, world));
    }
    expect(sendings.at(-1)).toBe('deferred');
    expect(world.alertBook.deferred[0]).toMatchObject({ functionArn: null, eventID: 'run-10' });
  });

  it('like one before is counted for the digest, but not the very event that was told', async () => {
    const world = buildWorld();
    for (const eventID of ['one', 'one', 'two', 'two', 'three']) {
      await sendAlert(composeFinding('mallory', eventID), world);
    }
    expect([...world.alertBook.pending.values()]).toEqual([
      expect.objectContaining({ deferred: 0, repeated: 2, eventIDs: ['three', 'two'] }),
    ]);
  });

  it('is kept before its claim is confirmed: a crash in between keeps it once', async () => {
    const world = buildWorld();
    await findMany(world, 40);
    world.ledger.interrupt = (call) => {
      if (call === 'confirmAlert') throw new Error('crash');
    };
    const finding = composeFinding('late', 'late-event');
    await expect(sendAlert(finding, world)).rejects.toThrow('crash');
    world.ledger.interrupt = () => undefined;
    expect(await sendAlert(finding, world)).toBe('deferred');
    expect([...world.alertBook.pending.values()]).toEqual([expect.objectContaining({ deferred: 1 })]);
  });
});

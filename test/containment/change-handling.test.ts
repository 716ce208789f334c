import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { handleRecord } from '../../containment/record-handling.ts';
import type { Alert } from '../../core/alert/alert.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { nameGuard } from '../../core/guard.ts';
import { printSafely } from '../../core/text.ts';
import { createDice } from '../arbitraries/dice.ts';
import { mutateRecord } from '../arbitraries/record-mutation.ts';
import { FUNCTION_ARN, GUARD, S3_GRANT, TARGET } from './calls.ts';
import {
  composeChange,
  deliverChange,
  guardFunction,
  listForChanges,
  MAPPING,
  QUEUE,
  readTold,
} from './change-world.ts';
import { buildGuardWorld, type GuardWorld } from './guard-world.ts';

const EVERYBODY = {
  Sid: 'backdoor',
  Effect: 'Allow',
  Principal: { AWS: '444455556666' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};

const GRANT = composeChange({
  eventName: 'AddPermission20150331v2',
  responseElements: { statement: JSON.stringify(EVERYBODY) },
});

function buildOpened(): GuardWorld {
  const world = buildGuardWorld();
  world.policies.place(TARGET, { Version: '2012-10-17', Statement: [S3_GRANT, EVERYBODY] });
  return world;
}

/** Breaks at one call of the ports, counted from 1, and answers how many there were until then. */
function breakAt(world: GuardWorld, stop: number): () => number {
  let calls = 0;
  const interrupt = (): void => {
    calls += 1;
    if (calls === stop) throw new RetryableError('Broken', 'the run died here');
  };
  const { policies, ledger, alerts, sightings } = world;
  for (const port of [policies, ledger, alerts, sightings]) port.interrupt = interrupt;
  return () => calls;
}

async function countCalls(): Promise<number> {
  const world = buildOpened();
  const read = breakAt(world, Number.POSITIVE_INFINITY);
  await deliverChange(world, GRANT);
  return read();
}

describe('a run that dies at any call', () => {
  it.each([['live'], ['sweep']] as const)(
    'loses nothing where the record comes again by the %s path',
    async (path) => {
      const calls = await countCalls();
      expect(calls).toBeGreaterThan(8);
      for (let stop = 1; stop <= calls; stop += 1) {
        const world = buildOpened();
        breakAt(world, stop);
        await expect(deliverChange(world, GRANT)).rejects.toThrow('died here');
        breakAt(world, Number.POSITIVE_INFINITY);
        // What the other path claimed and did not confirm, and its lock, are taken over after minutes.
        world.clock.advance(20 * 60_000);
        await deliverChange(world, GRANT, { path, deliveryCount: 2 });
        const handled = await deliverChange(world, GRANT, { path: 'sweep' });
        expect({ stop, kind: handled.kind }).toEqual({ stop, kind: 'dealtWith' });
        expect(world.policies.look(TARGET)?.Statement).not.toContainEqual(EVERYBODY);
        expect(new Set(world.convergence.jobs.map((job) => job.runID))).toEqual(new Set([GRANT['eventID']]));
        expect(await world.ledger.listContainments(TARGET)).toMatchObject([{ state: 'settled' }]);
        // Told twice only where the run died between sending the alert and saying so.
        const outcomes = readTold(world).map(({ attributes }) => attributes['outcome']);
        expect(outcomes.length === 2 ? [outcomes[0]] : outcomes).toEqual(['contained']);
      }
    },
  );
});

describe('a change that comes by both paths', () => {
  it('is contained and told once', async () => {
    const world = buildOpened();
    await deliverChange(world, GRANT, { path: 'sweep' });
    expect(await deliverChange(world, GRANT)).toEqual({ kind: 'dealtWith', by: 'sweep' });
    expect(readTold(world)).toHaveLength(1);
    expect(world.convergence.jobs).toHaveLength(1);
  });

  it('costs the sweep one read where the live path has dealt with it', async () => {
    const world = buildOpened();
    await deliverChange(world, GRANT);
    const calls = [world.policies.calls.length, world.ledger.calls.length];
    expect(await deliverChange(world, GRANT, { path: 'sweep' })).toEqual({ kind: 'dealtWith', by: 'live' });
    expect([world.policies.calls.length, world.ledger.calls.length]).toEqual(calls);
  });

  it('without an eventID is never a duplicate', async () => {
    const world = buildOpened();
    const { eventID: _, ...anonymous } = GRANT;
    expect((await deliverChange(world, anonymous)).kind).toBe('change');
    expect((await deliverChange(world, anonymous, { path: 'sweep' })).kind).toBe('change');
  });
});

describe('the same door again', () => {
  it('by the same actor is only counted in mode observe', async () => {
    const world = buildOpened();
    await deliverChange(world, GRANT, { mode: 'observe' });
    const again = { ...GRANT, eventID: 'again' };
    expect(await deliverChange(world, again, { mode: 'observe' })).toMatchObject({
      response: { alert: 'repeated' },
    });
    const other = { ...GRANT, eventID: 'url', eventName: 'CreateFunctionUrlConfig', responseElements: null };
    expect(await deliverChange(world, other, { mode: 'observe' })).toMatchObject({
      response: { alert: 'sent' },
    });
  });

  it('by the same actor, to somebody else, is told by itself in mode observe', async () => {
    const world = buildOpened();
    const other = { ...EVERYBODY, Sid: 'another', Principal: { AWS: '555566667777' } };
    const second = composeChange({
      eventID: '0b1f6f0e-0000-4000-8000-00000000c002',
      eventName: 'AddPermission20150331v2',
      responseElements: { statement: JSON.stringify(other) },
    });
    await deliverChange(world, GRANT, { mode: 'observe' });
    await deliverChange(world, second, { mode: 'observe' });
    expect(readTold(world).map(({ text }) => text)).toEqual([
      expect.stringContaining('444455556666'),
      expect.stringContaining('555566667777'),
    ]);
  });

  it('is contained and told each time where the policy was opened anew', async () => {
    const world = buildOpened();
    await deliverChange(world, GRANT);
    world.policies.place(TARGET, { Version: '2012-10-17', Statement: [EVERYBODY] });
    const second = { ...GRANT, eventID: 'again', eventTime: '2026-11-21T10:30:00Z' };
    expect(await deliverChange(world, second)).toMatchObject({ response: { alert: 'sent' } });
    expect(readTold(world).map(({ attributes }) => attributes['outcome'])).toEqual([
      'contained',
      'contained',
    ]);
  });
});

describe('a change that cannot be contained', () => {
  it('is told as refused where the fault stays', async () => {
    const world = buildOpened();
    world.policies.interrupt = (call) => {
      if (call === 'readPolicy') throw new PermanentError('AccessDenied', 'lambda:GetPolicy is not allowed');
    };
    await deliverChange(world, GRANT);
    expect(readTold(world)[0]?.subject).toBe('Invokeguard: door opened, NOT contained: thumbnailer');
    expect(readTold(world)[0]?.text).toContain('lambda:GetPolicy is not allowed');
  });

  it('is tried again where it may pass, and told from the third delivery on', async () => {
    const world = buildOpened();
    world.policies.interrupt = () => {
      throw new RetryableError('Throttled', 'Lambda does not answer');
    };
    for (const deliveryCount of [1, 2, 3, 4]) {
      await expect(deliverChange(world, GRANT, { deliveryCount })).rejects.toThrow('does not answer');
      expect(readTold(world)).toHaveLength(deliveryCount < 3 ? 0 : 1);
    }
    expect(readTold(world)[0]?.attributes['outcome']).toBe('delayed');
  });

  it('is told, and left alone, where somebody changed the ledger by hand', async () => {
    const world = buildOpened();
    world.ledger.interrupt = (call) => {
      if (call === 'listContainments') throw new PermanentError('SnapshotAltered', 'not as it was written');
    };
    await deliverChange(world, GRANT);
    expect(readTold(world)[0]?.attributes['outcome']).toBe('refused');
    expect(world.policies.look(TARGET)?.Statement).toContainEqual(EVERYBODY);
  });

  it('is left to calls where the scope is one offender, and the alert says so', async () => {
    const world = buildOpened();
    const list = listForChanges('enforce');
    const functions = list.functions.map((one) => ({ ...one, scope: 'offender' as const }));
    await handleRecord(
      { input: GRANT, messageId: 'm', deliveryCount: 1, path: 'live' },
      { ...list, functions },
      GUARD,
      world,
    );
    expect(readTold(world)[0]?.text).toContain('the scope of this function is `offender`');
    expect(world.policies.look(TARGET)?.Statement).toContainEqual(EVERYBODY);
  });
});

describe('what is in doubt', () => {
  it('leaves a mapping alone: the entry that lists its source expires, and the record tells no time', async () => {
    const world = buildGuardWorld();
    const list = listForChanges('enforce');
    const functions = list.functions.map((one) => ({
      ...one,
      invokers: one.invokers.map((entry) => ({ ...entry, expires: '2027-01-01T00:00:00Z' })),
    }));
    world.mappings.sources.set(MAPPING, QUEUE);
    const { eventTime: _, ...input } = composeChange({
      eventName: 'CreateEventSourceMapping20150331',
      responseElements: { uUID: MAPPING.split(':').at(-1), eventSourceArn: QUEUE, functionArn: FUNCTION_ARN },
    });
    const delivery = { input, messageId: 'm', deliveryCount: 1, path: 'live' } as const;
    await handleRecord(delivery, { ...list, functions }, GUARD, world);
    expect(readTold(world)[0]?.subject).toBe('Invokeguard: door opened, nothing changed: thumbnailer');
    expect(world.mappings.disabled.size).toBe(0);
  });

  it('leaves the policy alone: the listed bucket, of an account that the record does not tell', async () => {
    const world = buildOpened();
    const NotificationConfiguration = { CloudFunctionConfiguration: { CloudFunction: FUNCTION_ARN } };
    const { recipientAccountId: _, ...record } = composeChange({
      eventName: 'PutBucketNotification',
      eventSource: 's3.amazonaws.com',
      requestParameters: { bucketName: 'uploads', NotificationConfiguration },
    });
    await deliverChange(world, record);
    expect(readTold(world)[0]?.attributes).toMatchObject({ verdict: 'opens', outcome: 'notAttempted' });
    expect(world.policies.calls).toEqual([]);
  });

  it("leaves the guard's own functions alone, also where a glob of the list fits them", async () => {
    const world = buildGuardWorld();
    const list = listForChanges('enforce');
    const functions = list.functions.map((one) => ({
      ...one,
      selector: { kind: 'glob', glob: '*' } as const,
    }));
    const functionName = 'invokeguard-remediator';
    const statement = { ...EVERYBODY, Resource: FUNCTION_ARN.replace('thumbnailer', functionName) };
    const responseElements = { statement: JSON.stringify(statement) };
    const input = { ...GRANT, requestParameters: { functionName }, responseElements };
    const delivery = { input, messageId: 'm', deliveryCount: 1, path: 'live' } as const;
    await handleRecord(delivery, { ...list, functions }, GUARD, world);
    expect(readTold(world)[0]?.attributes).toMatchObject({ verdict: 'tampers', outcome: 'notAttempted' });
    expect(world.policies.calls).toEqual([]);
  });
});

describe('a bucket that notifies several functions', () => {
  it('is kept out of each that is enforced and does not list it', async () => {
    const world = buildGuardWorld();
    const other = FUNCTION_ARN.replace('thumbnailer', 'observed');
    const list = listForChanges('enforce');
    const functions = [
      ...list.functions,
      {
        ...listForChanges('observe').functions[0],
        pointer: '/functions/1',
        selector: { kind: 'name', name: 'observed' },
      },
    ] as Allowlist['functions'];
    const record = composeChange({
      eventName: 'PutBucketNotification',
      eventSource: 's3.amazonaws.com',
      requestParameters: {
        bucketName: 'evil',
        NotificationConfiguration: {
          CloudFunctionConfiguration: [
            { CloudFunction: FUNCTION_ARN.replace('111122223333', '444455556666') },
            { CloudFunction: `${FUNCTION_ARN}:live` },
            { CloudFunction: other },
          ],
        },
      },
    });
    const delivery = { input: record, messageId: 'm', deliveryCount: 1, path: 'live' } as const;
    await handleRecord(delivery, { ...list, functions }, GUARD, world);
    const [told] = readTold(world);
    expect(
      told?.event.steps.map(({ functionArn, qualifier, outcome }) => [functionArn, qualifier, outcome.kind]),
    ).toEqual([
      [FUNCTION_ARN, 'live', 'contained'],
      [other, null, 'observed'],
    ]);
    expect(
      world.policies.look({ functionArn: FUNCTION_ARN, qualifier: 'live' })?.Statement.length,
    ).toBeGreaterThan(1);
    expect(world.policies.look({ functionArn: other, qualifier: null })).toBeUndefined();
    expect(world.convergence.jobs).toMatchObject([{ functionArn: FUNCTION_ARN }]);
  });
});

describe('a trigger that Lambda disabled', () => {
  const disabled = (eventTime: string) =>
    composeChange({
      eventName: 'LambdaESMDisabled',
      eventTime,
      requestParameters: null,
      serviceEventDetails: { ESMDisableReason: 'AUTHORIZATION_ERROR' },
      resources: [{ ARN: MAPPING }, { ARN: FUNCTION_ARN }],
    });

  it.each([
    ['a day after the function was contained', '2026-11-21T09:59:00Z', '2026-11-20T10:00:00.000Z'],
    ['a week after the function was contained', '2026-11-27T10:00:00Z', undefined],
    ['before the function was contained', '2026-11-20T09:00:00Z', undefined],
  ])('%s', async (_name, eventTime, storedTime) => {
    const world = buildOpened();
    await guardFunction(world);
    await deliverChange(world, disabled(eventTime));
    const [told] = readTold(world);
    expect(told?.event.recentContainment?.storedTime).toBe(storedTime);
    if (storedTime === undefined) expect(told?.text).not.toContain('that may be the reason.');
    else
      expect(told?.text).toContain(
        `The guard contained this function at ${storedTime}: that may be the reason.`,
      );
  });

  it.each([
    ['is looked up where the record names only the mapping', undefined, 'thumbnailer'],
    [
      'stays unknown where the guard may not read the mapping',
      new PermanentError('AccessDenied', 'lambda:GetEventSourceMapping is not allowed'),
      'unknown function',
    ],
  ])('of a function that %s', async (_name, fault, functionName) => {
    const world = buildOpened();
    world.mappings.functions.set(MAPPING, `${FUNCTION_ARN}:live`);
    world.mappings.interrupt = () => {
      if (fault !== undefined) throw fault;
    };
    await deliverChange(world, { ...disabled('2026-11-21T09:59:00Z'), resources: [{ ARN: MAPPING }] });
    expect(readTold(world)[0]?.attributes['functionName']).toBe(functionName);
    expect(readTold(world)[0]?.text).toContain(MAPPING);
  });

  it('of a function that nobody guards is only counted', async () => {
    const world = buildOpened();
    world.mappings.functions.set(MAPPING, FUNCTION_ARN.replace('thumbnailer', 'other'));
    await deliverChange(world, { ...disabled('2026-11-21T09:59:00Z'), resources: [{ ARN: MAPPING }] });
    expect(readTold(world)).toEqual([]);
  });
});

describe('a change elsewhere', () => {
  it.each([
    ['in another account', { recipientAccountId: '444455556666' }],
    ['in another Region', { awsRegion: 'us-east-1' }],
  ])('%s is skipped', async (_name, changes) => {
    const world = buildOpened();
    const elsewhere = { ...GRANT, ...changes, responseElements: null, eventName: 'CreateFunctionUrlConfig' };
    expect((await deliverChange(world, elsewhere)).kind).toBe('skipped');
    expect(readTold(world)).toEqual([]);
  });
});

describe('words that others chose', () => {
  it('forge no line and no link in the alert', async () => {
    const world = buildOpened();
    const record = {
      ...GRANT,
      userAgent: 'x\nWhat was done:\n  Nothing, all is well: https://evil.example',
      errorCode: 'Denied\nFunction: other',
    };
    await deliverChange(world, record);
    const text = readTold(world)[0]?.text ?? '';
    expect(text).not.toContain('https://evil.example');
    expect(text.split('\n').filter((line) => line === 'What was done:')).toHaveLength(1);
    expect(text.split('\n').filter((line) => line.startsWith('Function:'))).toHaveLength(1);
  });
});

const DOORS = JSON.parse(readFileSync(join(__dirname, '../cases/change-response/doors.json'), 'utf8')) as {
  given: Readonly<Record<string, unknown>>;
}[];

/** What SNS takes: it refuses empty attributes, and subjects that are long or hold more than ASCII. */
function expectFitToPublish({ subject, text, attributes }: Alert): void {
  expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  for (const line of text.split('\n')) expect(line).toBe(printSafely(line));
  for (const value of Object.values(attributes)) expect(value).not.toBe('');
}

describe('a record of a change that was mutated anywhere', () => {
  it('is told fit to publish, changes nothing in mode observe, and only ever closes in enforce', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(DOORS.length - 1), fc.nat(), async (index, seed) => {
        const record = mutateRecord(composeChange(DOORS[index]?.given ?? {}), createDice(seed));
        for (const mode of ['observe', 'enforce'] as const) {
          const world = buildOpened();
          const handled = await deliverChange(world, record, { mode });
          for (const alert of world.alerts.published) expectFitToPublish(alert);
          ends.add(handled.kind === 'change' ? handled.response.kind : handled.kind);
          const wrote = world.policies.calls.includes('wrotePolicy');
          if (mode === 'observe') {
            expect([wrote, world.mappings.disabled.size, world.convergence.jobs]).toEqual([false, 0, []]);
          } else if (wrote) {
            const statements = world.policies.look(TARGET)?.Statement ?? [];
            const allowing = statements.filter((statement) => statement['Effect'] === 'Allow');
            expect([S3_GRANT, EVERYBODY]).toEqual(expect.arrayContaining(allowing));
          }
        }
      }),
      { seed: 20261121, numRuns: 400 },
    );
    expect([...ends]).toEqual(expect.arrayContaining(['told', 'counted', 'skipped', 'rejected']));
  });
});

/** Records of other people, where they lie beside the checkout. */
const REAL = '../shared/records';
const real = (existsSync(REAL) ? readdirSync(REAL) : [])
  .filter((file) => file.endsWith('.ndjson'))
  .flatMap((file) => readFileSync(join(REAL, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Record<string, unknown>);

(real.length === 0 ? describe.skip : describe)('real records', () => {
  const listed: Allowlist = {
    ...listForChanges('enforce'),
    functions: [
      { pointer: '/functions/0', selector: { kind: 'glob', glob: '*' }, mode: 'enforce', invokers: [] },
    ],
  };

  it('end as alerts of what was opened, tried and changed, whoever delivers them', async () => {
    const subjects: string[] = [];
    for (const record of real) {
      const guard = nameGuard(String(record['recipientAccountId']), String(record['awsRegion']));
      const world = buildGuardWorld();
      const delivery = { input: record, messageId: 'm', deliveryCount: 1, path: 'live' } as const;
      await handleRecord(delivery, listed, guard, world);
      subjects.push(...readTold(world).map(({ subject }) => subject.replace(/^Invokeguard: /, '')));
    }
    const count = (text: string) => subjects.filter((subject) => subject.startsWith(text)).length;
    expect({
      contained: count('door opened, contained'),
      tried: count('attempt to open a door, failed'),
      code: count('function code changed'),
      configuration: count('function configuration changed'),
    }).toEqual({ contained: 2, tried: 4, code: 3, configuration: 1 });
  });
});

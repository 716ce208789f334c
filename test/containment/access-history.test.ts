import { createServer, type Socket } from 'node:net';
import { buildHistoryClient, CloudtrailEventHistory } from '../../aws/cloudtrail-event-history.ts';
import { PermanentError, RetryableError } from '../../containment/errors.ts';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { nameGuardRole, REMEDIATOR_NAME } from '../../core/guard.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  FUNCTION_ARN,
  GUARD,
  PLANTED_GRANT,
} from './calls.ts';
import { buildPlantedWorld, type GuardWorld } from './guard-world.ts';

async function deliver(
  world: GuardWorld,
  input: unknown = composeMalloryCall(),
  allowlist: Allowlist = composeAllowlist(),
  deliveryCount = 1,
): Promise<Remediation> {
  const delivery = { input, messageId: 'message-1', deliveryCount, path: 'live' } as const;
  return remediateRecord(delivery, allowlist, GUARD, world);
}

/** The record of the planted grant, by a person who came through the console. */
const GRANT = {
  eventSource: 'lambda.amazonaws.com',
  eventName: 'AddPermission20150331v2',
  eventID: 'grant-1',
  eventTime: '2026-11-20T08:00:00Z',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/admin/www.evil.example',
    sessionContext: {
      sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/admin' },
      attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-20T07:50:00Z' },
    },
  },
  sessionCredentialFromConsole: 'true',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'Mozilla/5.0\nOutcome: fine',
  requestParameters: { functionName: FUNCTION_ARN },
  responseElements: { statement: JSON.stringify(PLANTED_GRANT) },
};

describe('who let an unlisted caller in', () => {
  it('stands in the alert, with the session, as text and as JSON', async () => {
    const world = buildPlantedWorld();
    world.changeHistory.records.push(GRANT);
    await deliver(world);
    const [alert] = world.alerts.published;
    expect(alert?.text).toContain('Who let it in:');
    expect(alert?.text).toContain('granted it, statement planted.');
    expect(alert?.text).toContain(
      'from the console, began 2026-11-20T07:50:00Z, without MFA; from 198.51.100.7',
    );
    expect(alert?.text).toContain('Sure: this is the statement that let the caller in');
    expect(alert?.event).toMatchObject({
      granter: {
        kind: 'granted',
        changes: [
          {
            door: 'grant',
            match: 'sid',
            sid: 'planted',
            eventID: 'grant-1',
            by: { kind: 'role', roleArn: 'arn:aws:iam::111122223333:role/admin' },
            session: { consoleLogin: 'yes', mfa: 'notUsed' },
          },
        ],
      },
    });
  });

  it('can forge neither lines nor links of the alert by names it chose', async () => {
    const world = buildPlantedWorld();
    world.changeHistory.records.push(GRANT);
    await deliver(world);
    const text = world.alerts.published[0]?.text ?? '';
    expect(text).toContain('www[.]evil[.]example');
    expect(text).not.toContain('\nOutcome: fine');
  });

  it('is looked for when the containment is done, and the other policies are handed on by then', async () => {
    const world = buildPlantedWorld();
    const order: string[] = [];
    const note = (call: string): void => void order.push(call);
    world.policies.interrupt = note;
    world.ledger.interrupt = note;
    world.changeHistory.interrupt = (call) => {
      note(call);
      expect(world.convergence.jobs).toHaveLength(1);
    };
    await deliver(world);
    const asked = order.indexOf('readPage');
    expect(asked).toBeGreaterThan(order.lastIndexOf('wrotePolicy'));
    expect(asked).toBeGreaterThan(order.indexOf('settleContainment'));
    expect(world.alerts.published).toHaveLength(1);
  });

  it('is found behind newer changes of others, page by page', async () => {
    const world = buildPlantedWorld();
    const other = { ...GRANT, responseElements: null, requestParameters: { functionName: 'other' } };
    world.changeHistory.records.push(other, other, other, GRANT);
    await deliver(world);
    expect(world.alerts.published[0]?.event).toMatchObject({ granter: { kind: 'granted' } });
    expect(world.changeHistory.asked).toEqual([GRANT.eventName, GRANT.eventName]);
  });

  it('is looked for no further back than 5 pages of a name, and the alert says so', async () => {
    const world = buildPlantedWorld();
    const other = { ...GRANT, responseElements: null, requestParameters: { functionName: 'other' } };
    world.changeHistory.records.push(...Array.from({ length: 10 }, () => other), GRANT);
    await deliver(world);
    const [alert] = world.alerts.published;
    expect(alert?.event).toMatchObject({
      granter: { kind: 'notFound', mayBe: ['ownPermissions', 'recent', 'amongMany', 'older'] },
    });
    expect(alert?.text).toContain("* the caller's own IAM permissions let it in");
    expect(alert?.text).toContain('* it was done in the last 15 minutes');
    expect(world.changeHistory.asked.filter((name) => name === GRANT.eventName)).toHaveLength(5);
  });

  it("is never the guard's own role", async () => {
    const world = buildPlantedWorld();
    const arn = `arn:aws:iam::111122223333:role/${nameGuardRole(REMEDIATOR_NAME, 'eu-west-1')}`;
    const userIdentity = { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn } } };
    world.changeHistory.records.push({ ...GRANT, userIdentity });
    await deliver(world);
    expect(world.alerts.published[0]?.event).toMatchObject({ granter: { kind: 'notFound' } });
  });

  it('is likely only in mode observe, where nothing was taken away', async () => {
    const world = buildPlantedWorld();
    world.changeHistory.records.push(GRANT);
    await deliver(world, composeMalloryCall(), composeAllowlist('observe'));
    const [alert] = world.alerts.published;
    expect(alert?.event).toMatchObject({ granter: { kind: 'granted', changes: [{ match: 'content' }] } });
    expect(alert?.text).toContain('Likely: the newest that serves this caller');
    expect(alert?.text).toContain('A change of the last 15 minutes may not be in the history yet');
  });

  it('is whoever made the mapping, where a mapping called', async () => {
    const world = buildPlantedWorld();
    const uUID = '0f0e0d0c-0000-4000-8000-000000000000';
    const sourceArn = `arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:${uUID}`;
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:orders';
    world.mappings.sources.set(sourceArn, queue);
    world.changeHistory.records.push({
      ...GRANT,
      eventName: 'CreateEventSourceMapping20150331',
      requestParameters: { functionName: 'thumbnailer', eventSourceArn: queue },
      responseElements: { uUID, eventSourceArn: queue, functionArn: FUNCTION_ARN },
    });
    const call = composeS3Call({
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      requestParameters: { functionName: FUNCTION_ARN, sourceArn },
    });
    await deliver(world, call);
    const [alert] = world.alerts.published;
    expect(alert?.event).toMatchObject({ outcome: { kind: 'mappingDisabled' } });
    expect(alert?.event).toMatchObject({ granter: { changes: [{ door: 'mapping', eventID: 'grant-1' }] } });
    expect(alert?.text).toContain('made the event source mapping');
  });
});

describe('an alert does not depend on the history', () => {
  it.each([
    [
      'a right that is missing',
      new PermanentError('AccessDenied', '`cloudtrail:LookupEvents` is not allowed'),
    ],
    ['a fault that nobody expected', new TypeError('what is this')],
  ])('that throws: %s', async (_, fault) => {
    const world = buildPlantedWorld();
    world.changeHistory.interrupt = () => {
      throw fault;
    };
    const remediation = await deliver(world);
    expect(remediation.kind === 'alerted' ? remediation.about.outcome.kind : '').toBe('contained');
    const [alert] = world.alerts.published;
    expect(alert?.event).toMatchObject({
      granter: { kind: 'notLooked', why: 'failed', reason: fault.message },
    });
    expect(alert?.text).toContain(`Not known: ${fault.message}`);
  });

  it('that takes the question and never answers', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = buildHistoryClient({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}` });
    client.config.credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
    const world = buildPlantedWorld();
    const changeHistory = new CloudtrailEventHistory(client, world.clock, 300);
    const delivery = { input: composeMalloryCall(), messageId: 'm', deliveryCount: 1, path: 'live' } as const;
    try {
      await remediateRecord(delivery, composeAllowlist(), GUARD, { ...world, changeHistory });
    } finally {
      client.destroy();
      for (const socket of sockets) socket.destroy();
      server.close();
    }
    expect(world.alerts.published[0]?.event).toMatchObject({
      outcome: { kind: 'contained' },
      granter: { kind: 'notLooked', why: 'outOfTime' },
    });
  });

  it('that is throttled', async () => {
    const world = buildPlantedWorld();
    world.changeHistory.unread = { kind: 'unread', why: 'throttled', reason: 'others use it up' };
    await deliver(world);
    expect(world.alerts.published[0]?.event).toMatchObject({
      granter: { kind: 'notLooked', why: 'throttled' },
    });
  });

  it('that is read in part: what was found before it failed is told', async () => {
    const world = buildPlantedWorld();
    world.changeHistory.records.push(GRANT);
    world.changeHistory.interrupt = () => {
      if (world.changeHistory.asked.length > 1) {
        world.changeHistory.unread = { kind: 'unread', why: 'outOfTime', reason: 'no time' };
      }
    };
    await deliver(world, composeMalloryCall(), composeAllowlist('observe'));
    expect(world.changeHistory.asked).toEqual([GRANT.eventName, 'PutResourcePolicy']);
    expect(world.alerts.published[0]?.event).toMatchObject({ granter: { kind: 'granted' } });
  });
});

describe('the history is not asked', () => {
  it.each([
    ['for a call that failed', composeMalloryCall({ errorCode: 'TooManyRequestsException' })],
    ['for a caller in doubt', composeMalloryCall({ userIdentity: null })],
  ])('%s', async (_, input) => {
    const world = buildPlantedWorld();
    await deliver(world, input);
    expect(world.alerts.published[0]?.event).toMatchObject({ granter: null });
    expect(world.alerts.published[0]?.text).not.toContain('Who let it in');
    expect(world.changeHistory.asked).toEqual([]);
  });

  it('for a listed caller', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeS3Call());
    expect(world.changeHistory.asked).toEqual([]);
  });

  it('for an alert that was sent before', async () => {
    const world = buildPlantedWorld();
    await deliver(world, composeMalloryCall(), composeAllowlist('observe'));
    const asked = world.changeHistory.asked.length;
    const again = composeMalloryCall({ eventID: '0b1f6f0e-0000-4000-8000-000000000002' });
    await deliver(world, again, composeAllowlist('observe'));
    expect(world.changeHistory.asked).toHaveLength(asked);
  });

  it('as long as the containment is not done', async () => {
    const world = buildPlantedWorld();
    world.policies.interrupt = () => {
      throw new RetryableError('ServiceUnavailable', 'Lambda does not answer');
    };
    const delivering = deliver(world, composeMalloryCall(), composeAllowlist(), 3);
    await expect(delivering).rejects.toThrow(RetryableError);
    expect(world.alerts.published[0]?.event).toMatchObject({ outcome: { kind: 'delayed' }, granter: null });
    expect(world.changeHistory.asked).toEqual([]);
  });
});

describe('a queue that takes no job for the other policies', () => {
  it('keeps no alert back, and the delivery comes again', async () => {
    const world = buildPlantedWorld();
    world.convergence.requestConvergence = async () => {
      throw new RetryableError('ServiceUnavailable', 'the queue does not answer');
    };
    await expect(deliver(world)).rejects.toThrow('the queue does not answer');
    expect(world.alerts.published).toHaveLength(1);
  });
});

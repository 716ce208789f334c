import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { mockClient } from 'aws-sdk-client-mock';
import { buildHistoryClient, CloudtrailEventHistory } from '../../aws/cloudtrail-event-history.ts';
import { StandingClock } from '../containment/in-memory-ports.ts';
import { composeSdkError } from './sdk-errors.ts';

const NAME = 'AddPermission20150331v2';
const cloudtrail = mockClient(CloudTrailClient);
const FAR = Number.MAX_SAFE_INTEGER;
const ANSWER = { Events: [{ CloudTrailEvent: '{"eventID":"1"}' }] };

beforeEach(() => {
  cloudtrail.reset();
});

function build(requestMs?: number): { history: CloudtrailEventHistory; clock: StandingClock } {
  const clock = new StandingClock();
  const client = new CloudTrailClient({ region: 'eu-west-1' });
  return { history: new CloudtrailEventHistory(client, clock, requestMs), clock };
}

function listLookups() {
  return cloudtrail.commandCalls(LookupEventsCommand).map(({ args }) => args[0].input);
}

describe('the history of events', () => {
  it('is asked by name, for the last 90 days, page by page with the same start', async () => {
    cloudtrail
      .on(LookupEventsCommand)
      .resolvesOnce({ Events: [{ CloudTrailEvent: '{"eventID":"2"}' }], NextToken: 'older' })
      .resolvesOnce(ANSWER);
    const { history, clock } = build();
    const StartTime = new Date(clock.nowMs() - (90 * 24 - 1) * 3_600_000);
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: NAME }];
    expect(await history.readPage(NAME, 0, FAR)).toEqual({
      kind: 'page',
      records: [{ CloudTrailEvent: '{"eventID":"2"}' }],
      older: 'more',
    });
    expect(await history.readPage(NAME, 1, FAR)).toEqual({
      kind: 'page',
      records: [{ CloudTrailEvent: '{"eventID":"1"}' }],
      older: 'none',
    });
    expect(listLookups()).toEqual([
      { LookupAttributes, StartTime, NextToken: undefined },
      { LookupAttributes, StartTime, NextToken: 'older' },
    ]);
  });

  it('has nothing behind its last page', async () => {
    cloudtrail.on(LookupEventsCommand).resolves({});
    const { history } = build();
    expect(await history.readPage(NAME, 1, FAR)).toEqual({ kind: 'page', records: [], older: 'none' });
    expect(listLookups()).toHaveLength(1);
  });

  it('is asked less than twice a second', async () => {
    cloudtrail.on(LookupEventsCommand).resolves(ANSWER);
    const { history, clock } = build();
    const began = clock.nowMs();
    for (const name of ['a', 'b', 'c']) await history.readPage(name, 0, FAR);
    expect(clock.nowMs() - began).toBeGreaterThan(1_000);
  });

  it('is kept for five minutes, so that a storm asks once', async () => {
    cloudtrail.on(LookupEventsCommand).resolves(ANSWER);
    const { history, clock } = build();
    await Promise.all([history.readPage(NAME, 0, FAR), history.readPage(NAME, 0, FAR)]);
    clock.advance(299_000);
    await history.readPage(NAME, 0, FAR);
    expect(listLookups()).toHaveLength(1);
    clock.advance(2_000);
    await history.readPage(NAME, 0, FAR);
    expect(listLookups()).toHaveLength(2);
  });

  it('that another search began anew meanwhile is read on from there', async () => {
    cloudtrail.on(LookupEventsCommand).resolves({ ...ANSWER, NextToken: 'older' });
    const { history, clock } = build();
    await history.readPage(NAME, 0, FAR);
    await history.readPage(NAME, 1, FAR);
    clock.advance(301_000);
    await history.readPage(NAME, 0, FAR);
    expect(await history.readPage(NAME, 2, FAR)).toMatchObject({ kind: 'page', older: 'more' });
    expect(listLookups()).toHaveLength(5);
  });

  it('that is throttled is asked once more, and then left alone for a while', async () => {
    cloudtrail.on(LookupEventsCommand).rejects(composeSdkError('ThrottlingException', 400));
    const { history, clock } = build();
    const first = await history.readPage(NAME, 0, FAR);
    expect(first).toMatchObject({ kind: 'unread', why: 'throttled' });
    expect(await history.readPage('PutResourcePolicy', 0, FAR)).toEqual(first);
    expect(listLookups()).toHaveLength(2);
    clock.advance(30_000);
    cloudtrail.on(LookupEventsCommand).resolves(ANSWER);
    expect(await history.readPage(NAME, 0, FAR)).toMatchObject({ kind: 'page' });
  });

  it('that is throttled once answers the second time', async () => {
    cloudtrail
      .on(LookupEventsCommand)
      .rejectsOnce(composeSdkError('ThrottlingException', 400))
      .resolves(ANSWER);
    expect(await build().history.readPage(NAME, 0, FAR)).toMatchObject({ kind: 'page' });
  });

  it.each([
    [
      'AccessDeniedException',
      403,
      'noRight',
      '`cloudtrail:LookupEvents` is not allowed: allow it to the role',
    ],
    ['InternalServerError', 500, 'failed', 'did not get through'],
    ['InvalidNextTokenException', 400, 'failed', 'InvalidNextTokenException'],
  ])('says why it was not read: %s', async (name, status, why, said) => {
    cloudtrail.on(LookupEventsCommand).rejects(composeSdkError(name, status));
    const { history } = build();
    const answer = await history.readPage(NAME, 0, FAR);
    expect(answer).toMatchObject({ kind: 'unread', why, reason: expect.stringContaining(said) });
    await history.readPage(NAME, 0, FAR);
    expect(listLookups()).toHaveLength(1);
  });

  it('is not asked where its turn would come after the deadline', async () => {
    cloudtrail.on(LookupEventsCommand).resolves(ANSWER);
    const { history, clock } = build();
    const deadlineMs = clock.nowMs() + 500;
    expect(await history.readPage('a', 0, deadlineMs)).toMatchObject({ kind: 'page' });
    expect(await history.readPage('b', 0, deadlineMs)).toMatchObject({ kind: 'unread', why: 'outOfTime' });
    expect(listLookups()).toHaveLength(1);
  });

  it('is asked 24 times in a minute at most, whoever asks', async () => {
    cloudtrail.on(LookupEventsCommand).resolves(ANSWER);
    const { history, clock } = build();
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => history.readPage(`name${index}`, 0, FAR)),
    );
    expect(answers.filter(({ kind }) => kind === 'page')).toHaveLength(24);
    expect(listLookups()).toHaveLength(24);
    clock.advance(60_000);
    expect(await history.readPage('name39', 0, FAR)).toMatchObject({ kind: 'page' });
  });

  it('that does not answer is not waited for', async () => {
    cloudtrail.on(LookupEventsCommand).callsFake(
      async () =>
        new Promise((_, reject) => {
          setTimeout(() => reject(composeSdkError('AbortError')), 60);
        }),
    );
    const answer = await build(20).history.readPage(NAME, 0, FAR);
    expect(answer).toMatchObject({ kind: 'unread', why: 'outOfTime' });
  });
});

describe('the client of the history', () => {
  it('tries once', async () => {
    const client = buildHistoryClient({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:4599' });
    expect(await client.config.maxAttempts()).toBe(1);
    expect((await client.config.endpoint?.())?.port).toBe(4599);
    client.destroy();
  });
});

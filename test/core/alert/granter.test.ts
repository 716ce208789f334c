import { describeGranter, limitGranter } from '../../../core/alert/granter.ts';
import { concludeSearch, type DoorReading } from '../../../core/change/granter-search.ts';
import type { GrantingChange } from '../../../core/change/granting-change.ts';
import type { SoughtAccess } from '../../../core/change/sought-access.ts';

const CALLED_MS = Date.parse('2026-10-01T12:00:00Z');

const SOUGHT: SoughtAccess = {
  functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
  qualifier: null,
  qualifierTold: 'told',
  account: '111122223333',
  caller: { kind: 'anonymous' },
  entrance: 'functionUrl',
  calledMs: CALLED_MS,
  requests: [],
  removed: [],
  guardRoleArns: [],
};

const GRANT: GrantingChange = {
  door: 'grant',
  match: 'content',
  by: { kind: 'user', userArn: 'arn:aws:iam::111122223333:user/eve' },
  session: {
    mfa: 'untold',
    consoleLogin: 'untold',
    startTime: null,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2',
  },
  eventName: 'AddPermission20150331v2',
  eventID: 'e1',
  eventTime: '2026-10-01T10:00:00Z',
  sid: 'planted',
};

const WHOLE = { kind: 'whole' } as const;
const THROTTLED = { kind: 'unread', why: 'throttled', reason: 'others use it up' } as const;

function conclude(readings: readonly DoorReading[], lateMs = 60_000) {
  return concludeSearch(readings, SOUGHT, CALLED_MS + lateMs);
}

describe('the conclusion of a search', () => {
  it('holds what each door showed, the surest first and of equally sure ones the newest', () => {
    const url = { ...GRANT, door: 'functionUrl', eventTime: '2026-10-01T11:00:00Z' } as const;
    const sure = { ...GRANT, match: 'sid' } as const;
    expect(
      conclude([
        { found: GRANT, read: WHOLE },
        { found: url, read: THROTTLED },
      ]),
    ).toEqual({
      kind: 'granted',
      changes: [url, GRANT],
    });
    expect(
      conclude([
        { found: url, read: WHOLE },
        { found: sure, read: WHOLE },
      ]),
    ).toEqual({
      kind: 'granted',
      changes: [sure, url],
    });
  });

  it('is that nobody looked where a door was not read and the others showed nothing', () => {
    const readings = [
      { found: undefined, read: WHOLE },
      { found: undefined, read: THROTTLED },
    ];
    expect(conclude(readings)).toEqual({ kind: 'notLooked', why: 'throttled', reason: 'others use it up' });
  });

  it('counts on no change that is still to come where the call is long past', () => {
    const readings = [{ found: undefined, read: WHOLE }];
    expect(conclude(readings)).toEqual({ kind: 'notFound', mayBe: ['recent', 'older'] });
    expect(conclude(readings, 16 * 60_000)).toEqual({ kind: 'notFound', mayBe: ['older'] });
  });
});

describe('the text about who let a caller in', () => {
  it.each([
    ['grant', 'granted it, statement planted.'],
    ['policy', 'wrote a policy that grants it, new or as it stood before, statement planted.'],
    ['functionUrl', 'made or opened the function URL, statement planted.'],
  ] as const)('says what was done: %s', (door, deed) => {
    const [first] = describeGranter({ kind: 'granted', changes: [{ ...GRANT, door }] });
    expect(first).toBe(`user arn:aws:iam::111122223333:user/eve ${deed}`);
  });

  it('says nothing of other grants where the statement itself was taken away', () => {
    const sure = describeGranter({ kind: 'granted', changes: [{ ...GRANT, match: 'sid' }] }).join('\n');
    expect(sure).toContain('Sure:');
    expect(sure).not.toContain('15 minutes');
    const likely = describeGranter({ kind: 'granted', changes: [GRANT] }).join('\n');
    expect(likely).toContain('Likely:');
    expect(likely).toContain('15 minutes');
  });
});

describe('the JSON about who let a caller in', () => {
  it('holds no text of others longer than 1,000 characters and what was cut', () => {
    const long = 'x'.repeat(300_000);
    const session = { ...GRANT.session, userAgent: long };
    const limited = limitGranter({ kind: 'granted', changes: [{ ...GRANT, sid: long, session }] });
    expect(JSON.stringify(limited).length).toBeLessThan(3_000);
    expect(limitGranter({ kind: 'notFound', mayBe: ['older'] })).toEqual({
      kind: 'notFound',
      mayBe: ['older'],
    });
  });
});

import { describeSession, readSession } from '../../../core/caller/session.ts';

const RECORD = {
  eventName: 'AddPermission20150331v2',
  eventSource: 'lambda.amazonaws.com',
  userIdentity: {
    type: 'AssumedRole',
    sessionContext: { attributes: { creationDate: '2026-11-21T08:00:00Z', mfaAuthenticated: 'true' } },
  },
  sourceIPAddress: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
  sessionCredentialFromConsole: 'true',
};

const TOLD = {
  mfa: 'used',
  consoleLogin: 'yes',
  startTime: '2026-11-21T08:00:00Z',
  sourceIPAddress: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
};

describe('the session behind a record', () => {
  it.each([
    ['a record as it stands in a log', RECORD],
    ["EventBridge's event around it", { 'detail-type': 'AWS API Call via CloudTrail', detail: RECORD }],
    ['an item of LookupEvents', { EventId: 'x', CloudTrailEvent: JSON.stringify(RECORD) }],
  ])('is read from %s', (_name, input) => {
    expect(readSession(input)).toEqual(TOLD);
    expect(describeSession(readSession(input))).toBe(
      'from the console, began 2026-11-21T08:00:00Z, with MFA',
    );
  });

  it('is without MFA where CloudTrail says false', () => {
    const attributes = { creationDate: '2026-11-21T08:00:00Z', mfaAuthenticated: 'false' };
    const record = { ...RECORD, userIdentity: { sessionContext: { attributes } } };
    expect(readSession(record).mfa).toBe('notUsed');
    expect(describeSession(readSession(record))).toContain('without MFA');
  });

  it.each([
    [
      'the keys are long-lived',
      { ...RECORD, userIdentity: { type: 'IAMUser' }, sessionCredentialFromConsole: null },
    ],
    ['the fields are of another kind', { ...RECORD, userIdentity: 'x', sessionCredentialFromConsole: 1 }],
  ])('tells neither time nor factor where %s', (_name, record) => {
    const session = readSession(record);
    expect(session).toEqual({ ...TOLD, mfa: 'untold', consoleLogin: 'untold', startTime: null });
    expect(describeSession(session)).toBe('long-lived keys, or not in the record');
  });

  it.each([[null], [7], [{ CloudTrailEvent: '{' }]])('tells nothing where %p is no record', (input) => {
    expect(readSession(input)).toEqual({
      mfa: 'untold',
      consoleLogin: 'untold',
      startTime: null,
      sourceIPAddress: null,
      userAgent: null,
    });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../cli/main.ts';
import { recordIo } from './recorded-io.ts';
import { CALL, ALLOWLIST as ONE_CALLER } from './sample-call.ts';

const ALLOWLIST = `${ONE_CALLER}      - role: arn:aws:iam::111122223333:role/ci
        expires: 2027-01-31
`;
const STRANGER = {
  ...CALL,
  eventID: 'e2',
  requestParameters: { ...CALL.requestParameters, sourceArn: 'arn:aws:s3:::elsewhere' },
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invokeguard-explain-'));
  await writeFile(join(folder, 'invokeguard.yaml'), ALLOWLIST);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(argv: readonly string[], records: readonly unknown[] = []) {
  const stdin = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
  const io = recordIo({ cwd: folder, stdin });
  const code = await main(['explain', ...argv], io);
  return { code, ...io.written };
}

describe('invokeguard explain', () => {
  it('tells every step and the entry that decided', async () => {
    const { code, out, err } = await run(['-', '--event-id', 'e1'], [STRANGER, CALL]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'Record e1, - line 2',
      '1. Envelope: none, the CloudTrail record itself',
      '2. Call: Invoke, 2026-10-01T12:00:00Z, succeeded',
      '   function: arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer, from resources',
      '   qualifier: none was asked for',
      '   entrance: not known, the record has no host name',
      '3. Placement: not judged offline; the deployed guard leaves out other accounts, other Regions and its own functions',
      '4. Caller: s3.amazonaws.com for arn:aws:s3:::uploads',
      '   from userIdentity.type, userIdentity.invokedBy, requestParameters.sourceArn, requestParameters.sourceAccount',
      '5. Function entry: /functions/0, the name thumbnailer, mode enforce',
      '6. Invokers, as of 2026-10-01T12:00:00Z:',
      ' > /functions/0/invokers/0  yes: the service s3.amazonaws.com, for arn:aws:s3:::uploads of the account 111122223333',
      '   /functions/0/invokers/1  no, another kind of caller: sessions of the role arn:aws:iam::111122223333:role/ci, until 2027-01-31T00:00:00.000Z',
      '7. Verdict: authorized, an entry of the allowlist lists this caller',
      '   entry: /functions/0/invokers/0',
      '',
    ]);
  });

  it('names the nearest entry and why it did not match; a violation explained is exit code 0', async () => {
    const { code, out } = await run(['-', '--event-id', 'e2'], [CALL, STRANGER]);
    expect(code).toBe(0);
    expect(out).toContain('7. Verdict: unauthorized, no entry of the allowlist lists this caller\n');
    expect(out).toContain('   nearest: /functions/0/invokers/0, another sourceArn\n');
  });

  it('prints the same as one JSON object', async () => {
    const { out } = await run(['-', '--event-id', 'e2', '--format', 'json'], [CALL, STRANGER]);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'explanation',
      eventID: 'e2',
      place: { file: '-', line: 2, record: null },
      occurrences: 1,
      outcome: 'judged',
      envelope: 'none',
      functionFields: ['resources'],
      caller: { kind: 'service', sourceArn: 'arn:aws:s3:::elsewhere' },
      functions: [{ entry: '/functions/0', outcome: 'won', why: null }],
      invokers: [
        { entry: '/functions/0/invokers/0', answer: 'noMatch', why: 'another sourceArn', expiry: 'never' },
        { entry: '/functions/0/invokers/1', answer: 'noMatch', expiry: 'live', outcome: 'passedOver' },
      ],
      verdict: 'unauthorized',
      entry: null,
      nearest: { entry: '/functions/0/invokers/0', why: 'another sourceArn' },
    });
  });

  it('agrees with replay on the verdict and the entry', async () => {
    const records = [CALL, STRANGER, { ...CALL, eventID: 'e3', userIdentity: null }];
    await writeFile(join(folder, 'calls.json'), JSON.stringify(records));
    const io = recordIo({ cwd: folder });
    await main(['replay', 'calls.json', '--format', 'json'], io);
    const lines = JSON.parse(io.written.out) as { eventID: string; verdict: string; entry: string | null }[];
    expect(lines.map(({ verdict }) => verdict)).toEqual(['authorized', 'unauthorized', 'undetermined']);
    for (const { eventID, verdict, entry } of lines) {
      const { out } = await run(['calls.json', '--event-id', eventID, '--format', 'json']);
      expect(JSON.parse(out)).toMatchObject({ verdict, entry });
    }
  });

  it('knows the source of a mapping from the same logs, whether they tell it before the call or after', async () => {
    const uUID = '0f0e0d0c-0000-4000-8000-000000000000';
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:orders';
    const entry = `      - eventSourceMapping: ${queue}\n`;
    await writeFile(join(folder, 'invokeguard.yaml'), `${ALLOWLIST}${entry}`);
    const polled = {
      ...CALL,
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      requestParameters: { sourceArn: `arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:${uUID}` },
    };
    const deletion = {
      eventID: 'm1',
      eventSource: 'lambda.amazonaws.com',
      eventName: 'DeleteEventSourceMapping20150331',
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      responseElements: { uUID, eventSourceArn: queue },
    };
    const alone = await run(['-', '--event-id', 'e1'], [polled]);
    expect(alone.out).toContain('7. Verdict: undetermined, the record names the mapping');
    for (const records of [
      [deletion, polled],
      [polled, deletion],
    ]) {
      const { out } = await run(['-', '--event-id', 'e1'], records);
      expect(out).toContain('7. Verdict: authorized');
    }
  });

  it('explains the first of several records with the same eventID and tells how many there are', async () => {
    const second = { ...STRANGER, eventID: 'e1' };
    const { out } = await run(['-', '--event-id', 'e1'], [CALL, second, second]);
    expect(out).toContain('3 records have this eventID; this is the first');
    expect(out).toContain('7. Verdict: authorized');
    const { out: json } = await run(['-', '--event-id', 'e1', '--format', 'json'], [second, CALL]);
    expect(JSON.parse(json)).toMatchObject({ occurrences: 2, verdict: 'unauthorized' });
  });

  it('says why no invoker entry was asked', async () => {
    const nameless = { ...CALL, userIdentity: null };
    const elsewhere = { ...CALL, resources: [{ ARN: `${CALL.resources[0]?.ARN}-2` }] };
    const first = await run(['-', '--event-id', 'e1'], [nameless]);
    expect(first.out).toContain('6. Invokers: not asked, the caller has no name\n7. Verdict: undetermined');
    const second = await run(['-', '--event-id', 'e1'], [elsewhere]);
    expect(second.out).toContain('5. Function entry: none, 1 entry names other functions\n');
    expect(second.out).toContain(
      '6. Invokers: not asked, no entry guards the function\n7. Verdict: unguarded',
    );
  });

  it('tells a change apart from a call: what, of which function, by whom, and the verdict', async () => {
    const change = {
      eventID: 'c1',
      eventTime: '2026-10-01T12:00:00Z',
      eventSource: 'lambda.amazonaws.com',
      eventName: 'CreateFunctionUrlConfig',
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      errorCode: 'AccessDenied',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
      requestParameters: { functionName: 'thumbnailer', authType: 'NONE' },
    };
    const { code, out } = await run(['-', '--event-id', 'c1'], [change]);
    expect(code).toBe(0);
    expect(out.split('\n').slice(2)).toEqual([
      '2. Record: a change, CreateFunctionUrlConfig at 2026-10-01T12:00:00Z: an attempt that failed with AccessDenied',
      '   Function: arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
      '   By: user arn:aws:iam::111122223333:user/mallory',
      '3. Verdict: opens: a function URL with AuthType NONE, for everybody without an identity, whom the allowlist does not name',
      '',
    ]);
    const json = await run(['-', '--event-id', 'c1', '--format', 'json'], [change]);
    expect(JSON.parse(json.out)).toMatchObject({
      outcome: 'changed',
      action: { kind: 'functionUrl', step: 'created', authType: 'NONE' },
      actor: { kind: 'user' },
      verdict: 'opens',
      succeeded: false,
    });
  });

  it('says why a record is skipped or rejected', async () => {
    const skipped = await run(['-', '--event-id', 'e1'], [{ ...CALL, eventName: 'InvokeExecution' }]);
    expect([skipped.code, skipped.out]).toEqual([
      0,
      expect.stringContaining(
        '2. Record: skipped, not a call to judge: invokeExecution (InvokeExecution)\n',
      ) as string,
    ]);
    const rejected = await run(['-', '--event-id', 'e1'], [{ ...CALL, eventSource: undefined }]);
    expect(rejected.out).toContain('2. Record: rejected: no CloudTrail record: it has no `eventSource`\n');
  });

  it('ends with 1 and what was read where no record has the eventID', async () => {
    const { code, out, err } = await run(['-', '--event-id', 'e9'], [CALL, STRANGER, 'oops']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      'invokeguard explain: no record has the eventID `e9`: read 2 records in 1 file, beside 1 that are no CloudTrail records\n',
    );
  });

  it('ends with 1 where a path is missing', async () => {
    const { code, err } = await run(['missing.json', '--event-id', 'e1']);
    expect(code).toBe(1);
    expect(err).toContain('cannot read `missing.json`: no such file or folder');
  });

  it.each([
    [['--event-id', 'e1'], 'no PATH given'],
    [['-'], '`--event-id ID` is missing'],
    [['-', '--event-id'], 'option `--event-id` needs a value'],
    [['-', '--event-id', 'e1', '--format', 'ndjson'], '`ndjson` is not a format'],
    [['-', '--eventid', 'e1'], 'did you mean `--event-id`?'],
    [['s3:///x', '--event-id', 'e1'], '`s3:///x` names no bucket'],
    [['-', '--event-id', 'e1', '--config', 'no.yaml'], 'no.yaml'],
  ])('refuses %j with exit code 2', async (argv, text) => {
    const { code, out, err } = await run(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });

  it('lets no record and no argument act on the terminal or forge a line', async () => {
    const evil = 'x\u001B[2J\n7. Verdict: authorized \u202E';
    const hostile = {
      ...CALL,
      eventID: evil,
      eventTime: evil,
      eventName: `Invoke${evil}`,
      errorCode: evil,
      userIdentity: { type: evil },
    };
    const plain = await run(['-', '--event-id', 'e1'], [CALL]);
    for (const format of ['human', 'json']) {
      const { code, out } = await run(['-', '--event-id', evil, '--format', format], [hostile]);
      expect(code).toBe(0);
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(out.split('\n').filter((line) => line.startsWith('7. Verdict: authorized'))).toEqual([]);
      expect(out.split('\n').length).toBeLessThan(plain.out.split('\n').length);
    }
    const { err } = await run(['-', '--event-id', evil], [CALL]);
    expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../cli/main.ts';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
const ALLOWLIST = `version: 1
functions:
  - name: thumbnailer
    invokers:
      - role: arn:aws:iam::111122223333:role/ci
`;
const WIDER = `${ALLOWLIST}      - account: "999999999999"\n`;

/** Handwritten, in the shape of the real records of stratus red team. */
const OPENED = {
  eventID: '00000000-0000-4000-8000-000000000001',
  eventTime: '2026-10-01T12:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'AddPermission20150331v2',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
  requestParameters: {
    functionName: 'thumbnailer',
    statementId: 'backdoor',
    action: 'lambda:InvokeFunction',
    principal: '999999999999',
  },
  responseElements: {
    statement: JSON.stringify({
      Sid: 'backdoor',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::999999999999:root' },
      Action: 'lambda:InvokeFunction',
      Resource: ARN,
    }),
  },
};
const ATTEMPT = {
  ...OPENED,
  eventID: '00000000-0000-4000-8000-000000000002',
  eventTime: '2026-10-01T12:01:00Z',
  errorCode: 'AccessDenied',
  responseElements: null,
};
const STOPPED = {
  ...OPENED,
  eventID: '00000000-0000-4000-8000-000000000003',
  eventTime: '2026-10-02T12:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  requestParameters: { name: 'trail' },
  responseElements: null,
};
const CLOSED = {
  ...OPENED,
  eventID: '00000000-0000-4000-8000-000000000004',
  eventTime: '2026-10-02T12:01:00Z',
  eventName: 'RemovePermission20150331v2',
  responseElements: null,
};
const NEUTRAL = {
  ...CLOSED,
  eventID: '00000000-0000-4000-8000-000000000005',
  eventName: 'UpdateFunctionCode20150331v2',
};
const TRUSTED = {
  ...STOPPED,
  eventID: '00000000-0000-4000-8000-000000000006',
  eventSource: 'iam.amazonaws.com',
  eventName: 'UpdateAssumeRolePolicy',
  awsRegion: 'us-east-1',
  requestParameters: { roleName: 'ci' },
};
const UNLISTED_ROLE = {
  ...TRUSTED,
  eventID: '00000000-0000-4000-8000-000000000007',
  requestParameters: { roleName: 'nightly' },
};
const EMPTIED = {
  ...STOPPED,
  eventID: '00000000-0000-4000-8000-000000000008',
  eventSource: 'sqs.amazonaws.com',
  eventName: 'PurgeQueue',
  requestParameters: { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/Invokeguard-GuardQueue1' },
};
const ALL = [OPENED, ATTEMPT, STOPPED, CLOSED, NEUTRAL];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invokeguard-changes-'));
  await writeFile(join(folder, 'invokeguard.yaml'), ALLOWLIST);
  await writeFile(join(folder, 'wider.yaml'), WIDER);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function replay(records: readonly unknown[], ...options: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await main(['replay', '-', ...options], {
    writeOut: (text) => {
      written.out += text;
    },
    writeErr: (text) => {
      written.err += text;
    },
    env: {},
    cwd: folder,
    terminal: 'plain',
    stdin: Readable.from([Buffer.from(JSON.stringify({ Records: records }))]),
    nowMs: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  return { code, ...written };
}

describe('replay of changes', () => {
  it('prints a line with the keys of the contract, in their order', async () => {
    const { code, out } = await replay([ATTEMPT], '--format', 'ndjson');
    expect(out).toBe(
      '{"kind":"change","eventID":"00000000-0000-4000-8000-000000000002","eventName":"AddPermission20150331v2",' +
        `"functionArn":"${ARN}","actor":{"kind":"user","userArn":"arn:aws:iam::111122223333:user/mallory"},` +
        '"verdict":"opens","succeeded":false,' +
        '"reason":"lets in more than the allowlist names: the account 999999999999"}\n',
    );
    expect(code).toBe(3);
  });

  it('prints the same lines as an array', async () => {
    const lines = (await replay(ALL, '--format', 'ndjson')).out.trim().split('\n');
    const { out } = await replay(ALL, '--format', 'json');
    expect(JSON.parse(out)).toEqual(lines.map((line) => JSON.parse(line) as unknown));
    expect(lines).toHaveLength(5);
  });

  it('tells people when, what, who, and that an attempt failed', async () => {
    const { out, err } = await replay(ALL);
    const [opened, attempt, stopped] = out.split('\n');
    expect(opened).toMatch(/^opens +2026-10-01T12:00:00Z  arn:.*:thumbnailer +user arn:.*user\/mallory/);
    expect(opened).toContain('AddPermission20150331v2: lets in more');
    expect(attempt).toContain(', the attempt failed');
    expect(stopped).toMatch(/^tampers +2026-10-02T12:00:00Z  no function/);
    expect(err).toContain('\nchanges: 2 opens, 1 tampers, 1 closes, 1 neutral\n');
  });

  it.each([
    ['a way in that was opened', OPENED, 3],
    ['an attempt to open one', ATTEMPT, 3],
    ['a trail that was stopped', STOPPED, 3],
    ['a listed role that somebody else may act as', TRUSTED, 3],
    ["the guard's queue, emptied", EMPTIED, 3],
    ['a role that nobody lists', UNLISTED_ROLE, 0],
    ['access that was taken away', CLOSED, 0],
    ['new code', NEUTRAL, 0],
  ])('ends with its exit code for %s', async (_what, record, code) => {
    expect((await replay([record])).code).toBe(code);
  });

  it('tells changes of roles that the list names, or the list that it is compared with, and skips all others', async () => {
    const { out, err } = await replay([TRUSTED, UNLISTED_ROLE], '--format', 'ndjson');
    expect(out.match(/"eventID":"[^"]+"/g)).toEqual([`"eventID":"${TRUSTED.eventID}"`]);
    expect(err).toContain('\nskipped: 1\n');
    await writeFile(join(folder, 'nightly.yaml'), ALLOWLIST.replace('role/ci', 'role/nightly'));
    const compared = await replay(
      [TRUSTED, UNLISTED_ROLE],
      '--against',
      'nightly.yaml',
      '--format',
      'ndjson',
    );
    expect(compared.out.match(/"verdict":"[a-z]+"/g)).toEqual([
      '"verdict":"opens"',
      '"verdict":"neutral"',
      '"verdict":"neutral"',
      '"verdict":"opens"',
    ]);
  });

  it('prints only what was asked for, and finds the rest all the same', async () => {
    const { code, out } = await replay(ALL, '--only', 'tampers,closes', '--format', 'ndjson');
    expect(out.match(/"verdict":"[a-z]+"/g)).toEqual(['"verdict":"tampers"', '"verdict":"closes"']);
    expect(code).toBe(3);
  });

  it('tells each change once, and those of the time asked for', async () => {
    const twice = await replay([OPENED, OPENED], '--format', 'ndjson');
    expect(twice.out.trim().split('\n')).toHaveLength(1);
    expect(twice.err).toContain('duplicates: 1');
    const later = await replay(ALL, '--since', '2026-10-02', '--format', 'ndjson');
    expect(later.out.trim().split('\n')).toHaveLength(3);
    expect(later.err).toContain('outside --since and --until: 2');
  });

  it('compares two lists', async () => {
    const { code, out, err } = await replay(
      ALL,
      '--config',
      'wider.yaml',
      '--against',
      'invokeguard.yaml',
      '--format',
      'ndjson',
    );
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      eventID: OPENED.eventID,
      verdict: 'neutral',
      before: { verdict: 'opens' },
    });
    expect(err).toContain('  2 opens → neutral');
    expect(code).toBe(3);
  });

  it('prints nothing that somebody put into a record to act on a terminal', async () => {
    const { out } = await replay([
      { ...ATTEMPT, requestParameters: { ...ATTEMPT.requestParameters, principal: 'x\u001b[2J\u202e' } },
    ]);
    expect(out).toContain('\\u{1b}[2J\\u{202e}');
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain('\u202e');
  });
});

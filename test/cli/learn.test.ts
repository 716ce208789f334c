import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCommand } from '../../cli/check.ts';
import { learnCommand } from '../../cli/learn.ts';
import { replayCommand } from '../../cli/replay.ts';
import { recordIo } from './recorded-io.ts';

const ROLE = 'arn:aws:iam::111122223333:role/ci/deploy';

function call(eventID: string, userIdentity: unknown, name = 'orders', more: object = {}) {
  return {
    eventID,
    eventTime: '2026-10-01T12:00:00Z',
    eventSource: 'lambda.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: 'eu-west-1',
    userIdentity,
    requestParameters: { functionName: name },
    resources: [{ ARN: `arn:aws:lambda:eu-west-1:111122223333:function:${name}` }],
    ...more,
  };
}

const session = (roleArn: string) => ({
  type: 'AssumedRole',
  arn: 'arn:aws:sts::111122223333:assumed-role/x/y',
  sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn } },
});
const ANONYMOUS = { type: 'AWSAccount', principalId: 'anonymous', accountId: 'aws' };
const RECORDS = [
  call('1', session(ROLE)),
  call('2', session(ROLE)),
  call('3', { type: 'AWSService', invokedBy: 'states.amazonaws.com' }),
  call('4', ANONYMOUS),
  call('5', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ops' }, 'billing'),
  call('6', { type: 'Mystery\u202e' }, 'billing'),
];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invokeguard-learn-'));
  await writeFile(join(folder, 'logs.ndjson'), RECORDS.map((record) => JSON.stringify(record)).join('\n'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function learn(...args: string[]) {
  const io = recordIo({ cwd: folder });
  const code = await learnCommand.run(['logs.ndjson', ...args], io);
  return { code, ...io.written };
}

async function replay(config: string) {
  const io = recordIo({ cwd: folder });
  await replayCommand.run(['logs.ndjson', '--config', config, '--format', 'ndjson'], io);
  return io.written.out
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
}

test('the draft passes check, and only what it left as comments is still unauthorized', async () => {
  expect(await learn('--output', 'draft.yaml')).toMatchObject({ code: 0, out: '' });
  const check = recordIo({ cwd: folder });
  expect(await checkCommand.run(['--config', 'draft.yaml'], check)).toBe(0);
  const verdicts = (await replay('draft.yaml')).map(
    ({ eventID, verdict }) => `${String(eventID)} ${String(verdict)}`,
  );
  expect(verdicts).toEqual([
    '1 authorized',
    '2 authorized',
    '3 unauthorized',
    '4 unauthorized',
    '5 authorized',
    '6 undetermined',
  ]);
});

test('an entry that check refuses, and unusual callers, are comments with the reason and the entry to use', async () => {
  const { out } = await learn();
  expect(out).toContain('# 2 calls, on 2026-10-01\n      - role: arn:aws:iam::111122223333:role/ci/deploy');
  expect(out).toMatch(
    /# .*states\.amazonaws\.com.*calls with a role.*\n {6}# - service: states\.amazonaws\.com/,
  );
  expect(out).toContain('# - functionUrl: public');
  expect(out).toContain('Mystery\\u{202e}');
  expect(out).not.toContain('\u202e');
});

test('a draft into an allowlist keeps its comments, adds to its lists and lists nobody twice', async () => {
  const list = `# ours
version: 1
functions:
  - name: orders # important
    mode: enforce
    invokers:
      # the pipeline
      - role: ${ROLE}
`;
  await writeFile(join(folder, 'invokeguard.yaml'), list);
  const { code, out } = await learn('--config', 'invokeguard.yaml');
  expect(code).toBe(0);
  expect(out).toContain('# ours\n');
  expect(out).toContain('- name: orders # important\n');
  expect(out).toContain('# the pipeline\n');
  expect(out.match(/role\/ci\/deploy/g)).toHaveLength(1);
  expect(out).toContain('- name: arn:aws:lambda:eu-west-1:111122223333:function:billing');
  expect(await readFile(join(folder, 'invokeguard.yaml'), 'utf8')).toBe(list);
});

describe('a draft into an allowlist that holds comments', () => {
  const list = `version: 1
functions:
  - name: orders
    invokers:
      - role: ${ROLE}
      # not yet
      # - user: arn:aws:iam::111122223333:user/new
  # of the other team
  - name: billing
    invokers: []
  # the last function
# in an emergency
breakGlass:
  - role: arn:aws:iam::111122223333:role/BreakGlass
`;

  it('leaves each comment at the entry that it is about', async () => {
    await writeFile(join(folder, 'c.yaml'), list);
    const { out } = await learn('--config', 'c.yaml');
    expect(out).toContain('\n  # of the other team\n  - name: billing\n');
    expect(out).toContain('\n# in an emergency\nbreakGlass:\n');
    expect(out).toMatch(/ {6}# - user: arn:aws:iam::111122223333:user\/new\n {6}# anybody/);
  });

  it('is the same when it is made again from the same logs', async () => {
    await writeFile(join(folder, 'c.yaml'), list);
    await learn('--config', 'c.yaml', '--output', 'once.yaml');
    const once = await readFile(join(folder, 'once.yaml'), 'utf8');
    expect(once).toContain('# - functionUrl: public');
    expect((await learn('--config', 'once.yaml')).out).toBe(once);
  });

  it('is the same also where that was written in braces', async () => {
    const braced = `{version: 1, functions: [{name: orders, invokers: [{role: "${ROLE}"}]}, {name: billing, invokers: []}]}`;
    await writeFile(join(folder, 'c.yaml'), braced);
    await learn('--config', 'c.yaml', '--output', 'once.yaml');
    expect((await learn('--config', 'once.yaml')).out).toBe(
      await readFile(join(folder, 'once.yaml'), 'utf8'),
    );
  });

  it('takes nobody for usual because the others are listed by now', async () => {
    const many = Array.from({ length: 200 }, (_, index) => call(`many ${index}`, session(ROLE)));
    const rare = call('rare', session('arn:aws:iam::111122223333:role/rare'));
    await writeFile(
      join(folder, 'logs.ndjson'),
      [...many, rare].map((one) => JSON.stringify(one)).join('\n'),
    );
    await writeFile(join(folder, 'c.yaml'), list);
    expect((await learn('--config', 'c.yaml')).out).toMatch(/# seen once: .*\n\s+# - role: .*role\/rare/);
  });

  it('does not list whom a person left as a comment', async () => {
    await writeFile(join(folder, 'c.yaml'), list.replace('user/new', 'user/ops').replace('billing', 'b'));
    const calls = [call('1', { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ops' })];
    await writeFile(join(folder, 'logs.ndjson'), calls.map((one) => JSON.stringify(one)).join('\n'));
    expect((await learn('--config', 'c.yaml')).out.match(/user\/ops/g)).toHaveLength(1);
  });

  it('writes out characters that would turn or break a comment', async () => {
    const nasty = { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' };
    const record = call('1', nasty, 'orders', {
      requestParameters: { sourceArn: 'a\u2028b\u202ec', sourceAccount: 'x' },
    });
    await writeFile(join(folder, 'logs.ndjson'), JSON.stringify(record));
    const { out } = await learn('--output', 'once.yaml');
    const once = await readFile(join(folder, 'once.yaml'), 'utf8');
    expect([out, /[\u2028\u202e]/.test(once), once.includes('a\\u{2028}b')]).toEqual(['', false, true]);
    expect((await learn('--config', 'once.yaml')).out).toBe(once);
  });

  it('adds to no list that another function shares', async () => {
    const shared = `version: 1\nfunctions:\n  - name: orders\n    invokers: &all\n      - account: "444455556666"\n  - name: other\n    invokers: *all\n`;
    await writeFile(join(folder, 'c.yaml'), shared);
    const { out } = await learn('--config', 'c.yaml');
    expect(out).toMatch(/# the list is shared by an alias: 2 calls.*\n\s+# - role: .*role\/ci\/deploy/);
    expect(out).not.toMatch(/^\s*- role/m);
  });

  it('keeps the line ends of the file', async () => {
    await writeFile(join(folder, 'c.yaml'), list.replaceAll('\n', '\r\n'));
    const { out } = await learn('--config', 'c.yaml');
    expect(out).toContain('# of the other team\r\n');
    expect(out.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

test('entries below an empty list say that it has to go, and are good in its place', async () => {
  await writeFile(join(folder, 'logs.ndjson'), JSON.stringify(call('4', ANONYMOUS)));
  await learn('--output', 'draft.yaml');
  const draft = await readFile(join(folder, 'draft.yaml'), 'utf8');
  expect(draft).toContain('invokers: []\n    # invokers to choose from, in place of []:\n');
  const chosen = draft.replace('invokers: []', 'invokers:').replace('# - functionUrl', '- functionUrl');
  await writeFile(join(folder, 'chosen.yaml'), chosen);
  expect((await replay('chosen.yaml')).map(({ verdict }) => verdict)).toEqual(['authorized']);
  expect((await learn('--config', 'draft.yaml')).out).toBe(draft);
});

test('what a glob would let in for other functions too stays a comment', async () => {
  await writeFile(join(folder, 'g.yaml'), 'version: 1\nfunctions:\n  - name: "*"\n    invokers: []\n');
  const { out } = await learn('--config', 'g.yaml');
  expect(out).toMatch(
    /# \* names other functions too: 1 call.*\n\s+# - user: arn:aws:iam::111122223333:user\/ops/,
  );
  expect(out).not.toMatch(/^\s*- (user|role|service)/m);
});

test('an entry that is there and has expired is not simply written again', async () => {
  const list = `version: 1\nfunctions:\n  - name: orders\n    invokers:\n      - role: ${ROLE}\n        expires: 2026-01-01\n`;
  await writeFile(join(folder, 'e.yaml'), list);
  const { out } = await learn('--config', 'e.yaml');
  expect(out).toMatch(/# an entry for it is there, which has expired or is narrower: 2 calls/);
  expect(out.match(/^\s*- role/gm)).toHaveLength(1);
});

test.each([
  [['--outptu', 'x'], 'unknown option `--outptu`'],
  [['--since', 'yesterday'], '`yesterday` is not a time'],
])('a mistake on the command line is told and nothing is read: %j', async (args, message) => {
  const { code, err, out } = await learn(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
});

test('a file that can not be written leaves nothing behind', async () => {
  const { code, err } = await learn('--output', 'missing/draft.yaml');
  expect(code).toBe(1);
  expect(err).toContain('cannot write `missing/draft.yaml`');
});

test('a function that no allowlist can name is told, and the rest is drafted', async () => {
  const odd = call('7', session(ROLE), 'x', {
    resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:odd name' }],
  });
  await writeFile(
    join(folder, 'logs.ndjson'),
    [...RECORDS, odd].map((one) => JSON.stringify(one)).join('\n'),
  );
  const { code, out } = await learn();
  expect(code).toBe(0);
  expect(out).toContain('1 call, not drafted: ');
  expect(out).toContain('function:billing');
});

test('a mapping whose source the logs tell is drafted by its source', async () => {
  const mapping =
    'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:00000000-0000-4000-8000-0000000000aa';
  const queue = 'arn:aws:sqs:eu-west-1:111122223333:orders';
  const polled = call('8', { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' }, 'orders', {
    requestParameters: { functionName: 'orders', sourceArn: mapping },
  });
  const created = {
    eventID: '9',
    eventTime: '2026-10-01T11:00:00Z',
    eventSource: 'lambda.amazonaws.com',
    eventName: 'CreateEventSourceMapping20150331',
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    responseElements: { uUID: '00000000-0000-4000-8000-0000000000aa', eventSourceArn: queue },
  };
  await writeFile(
    join(folder, 'logs.ndjson'),
    [polled, created].map((one) => JSON.stringify(one)).join('\n'),
  );
  const { out } = await learn('--output', 'draft.yaml').then(async (result) => ({
    ...result,
    out: await readFile(join(folder, 'draft.yaml'), 'utf8'),
  }));
  expect(out).toContain(`- eventSourceMapping: ${queue}`);
  const calls = (await replay('draft.yaml')).filter(({ kind }) => kind === 'invocation');
  expect(calls.map(({ verdict }) => verdict)).toEqual(['authorized']);
});

test('a list that is there is replaced only by one that was made from it', async () => {
  await writeFile(join(folder, 'mine.yaml'), 'version: 1\nfunctions: []\n');
  const refused = await learn('--output', 'mine.yaml');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('`mine.yaml` is there already: add to it with `--config mine.yaml`');
  expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toBe('version: 1\nfunctions: []\n');
  expect((await learn('--config', 'mine.yaml', '--output', 'mine.yaml')).code).toBe(0);
  expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toContain('role/ci/deploy');
});

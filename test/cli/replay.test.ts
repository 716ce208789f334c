import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { main } from '../../cli/main.ts';
import { ALLOWLIST, CALL } from './sample-call.ts';

const STRANGER = {
  ...CALL,
  eventID: 'e2',
  userIdentity: { type: 'AWSService', invokedBy: 'sns.amazonaws.com' },
  errorCode: 'ServiceException',
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invokeguard-replay-'));
  await writeFile(join(folder, 'invokeguard.yaml'), ALLOWLIST);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(argv: readonly string[], records: readonly unknown[] = []) {
  const written = { out: '', err: '' };
  const code = await main(argv, {
    writeOut: (text) => {
      written.out += text;
    },
    writeErr: (text) => {
      written.err += text;
    },
    env: {},
    cwd: folder,
    terminal: 'plain',
    stdin: Readable.from([
      Buffer.from(records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')),
    ]),
    nowMs: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  return { code, ...written };
}

describe('invokeguard', () => {
  it.each([
    [['--help'], 0, 'Usage: invokeguard COMMAND'],
    [['--version'], 0, '.'],
    [['replay', '--help'], 0, 'Usage: invokeguard replay'],
    [['help', 'check'], 0, 'invokeguard check'],
  ])('answers %j', async (argv, code, text) => {
    const result = await run(argv);
    expect([result.code, result.err]).toEqual([code, '']);
    expect(result.out).toContain(text);
  });

  it.each([
    [[], 'Usage: invokeguard COMMAND'],
    [['reply'], 'unknown command `reply`; did you mean `replay`?'],
    [['--hepl'], 'unknown option `--hepl`; did you mean `--help`?'],
    [['replay'], 'no PATH given'],
    [['replay', '-', '--fromat', 'json'], 'unknown option `--fromat`; did you mean `--format`?'],
    [['replay', '-', '--format', 'xml'], '`xml` is not a format'],
    [['replay', '-', '--format'], 'option `--format` needs a value'],
    [['replay', '-', '--only', 'unauthorised'], 'did you mean `unauthorized`?'],
    [['replay', '-', '--since', '2026-02-30'], '`2026-02-30` is not a time'],
    [['replay', '-', '--since', '2026-02-02', '--until', '2026-02-01'], '`--since` is not before `--until`'],
    [['replay', 's3://'], '`s3://` names no bucket'],
    [['replay', 's3://buck et/x'], '`buck et` is not the name of a bucket'],
    [['replay', '-', '--config', 'no.yaml'], 'no.yaml'],
    [['replay', '-', '--against', 'no.yaml'], 'no.yaml'],
    [['replay', '-', '--threads', '0'], '`0` is not a number from 1 to 64'],
  ])('refuses %j with exit code 2', async (argv, text) => {
    const result = await run(argv);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(text);
  });
});

describe('invokeguard replay', () => {
  it('prints one line for each call, keys in the order of the contract', async () => {
    const { code, out } = await run(['replay', '-', '--format', 'ndjson'], [CALL, STRANGER]);
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';
    expect(code).toBe(3);
    expect(out.split('\n')).toEqual([
      `{"kind":"invocation","eventID":"e1","eventTime":"2026-10-01T12:00:00Z","functionArn":"${arn}","qualifier":null,"caller":{"kind":"service","service":"s3.amazonaws.com","sourceArn":"arn:aws:s3:::uploads","sourceAccount":"111122223333"},"verdict":"authorized","reason":"an entry of the allowlist lists this caller","entry":"/functions/0/invokers/0","succeeded":true}`,
      `{"kind":"invocation","eventID":"e2","eventTime":"2026-10-01T12:00:00Z","functionArn":"${arn}","qualifier":null,"caller":{"kind":"service","service":"sns.amazonaws.com","sourceArn":"arn:aws:s3:::uploads","sourceAccount":"111122223333"},"verdict":"unauthorized","reason":"no entry of the allowlist lists this caller","entry":null,"succeeded":false}`,
      '',
    ]);
  });

  it.each([
    ['only listed callers', [CALL], 0],
    ['an unlisted caller', [STRANGER], 3],
    ['a caller that cannot be named', [{ ...CALL, userIdentity: null }], 3],
    ['a function that cannot be named', [{ ...CALL, resources: [] }], 3],
    ['nothing', [], 0],
    ['a line that is no JSON', [CALL, 'oops'], 1],
    ['something that is no CloudTrail record', [CALL, { some: 'object' }], 1],
    ['a finding beside a damaged line', [STRANGER, 'oops'], 3],
  ])('ends with its exit code for %s', async (_what, records, expected) => {
    expect((await run(['replay', '-'], records)).code).toBe(expected);
  });

  it('prints valid JSON also where there is nothing to print', async () => {
    expect((await run(['replay', '-', '--format', 'json'])).out).toBe('[]\n');
    const { out } = await run(['replay', '-', '--format', 'json'], [CALL, STRANGER]);
    expect(JSON.parse(out)).toMatchObject([{ eventID: 'e1' }, { eventID: 'e2' }]);
  });

  it('prints what --only asks for, and still fails for what it leaves out', async () => {
    const { code, out } = await run(
      ['replay', '-', '--only', 'authorized', '--format', 'json'],
      [CALL, STRANGER],
    );
    expect([code, (JSON.parse(out) as unknown[]).length]).toEqual([3, 1]);
  });

  it('leaves out calls before --since and from --until on, but not calls without a time', async () => {
    const at = (eventID: string, eventTime: string | null) => ({ ...CALL, eventID, eventTime });
    const records = [
      at('before', '2026-09-30T23:59:59Z'),
      at('first', '2026-10-01T00:00:00Z'),
      at('last', '2026-10-01T23:59:59Z'),
      at('after', '2026-10-02T00:00:00Z'),
      at('timeless', null),
    ];
    const argv = ['replay', '-', '--format', 'json', '--since', '2026-10-01', '--until', '2026-10-02T00:00'];
    const { out, err } = await run(argv, records);
    expect((JSON.parse(out) as { eventID: string }[]).map(({ eventID }) => eventID)).toEqual([
      'first',
      'last',
      'timeless',
    ]);
    expect(err).toContain('outside --since and --until: 2');
  });

  it('counts duplicates once, and never takes records without an eventID for duplicates', async () => {
    const nameless = { ...CALL, eventID: undefined };
    const { out, err } = await run(['replay', '-', '--format', 'json'], [CALL, CALL, nameless, nameless]);
    expect(JSON.parse(out)).toHaveLength(3);
    expect(err).toContain('duplicates: 1');
  });

  it('counts what it skips and rejects, rejected ones with their place', async () => {
    const { err } = await run(
      ['replay', '-'],
      [
        { ...CALL, eventName: 'InvokeExecution' },
        { ...CALL, eventName: 'GetFunction20150331v2' },
        { ...CALL, eventSource: 's3.amazonaws.com' },
        'oops',
        { some: 'object' },
      ],
    );
    expect(err).toContain('skipped: 3\n');
    expect(err).toContain('1 invokeExecution');
    expect(err).toContain('rejected: 2');
    expect(err).toContain('- line 4: not JSON');
    expect(err).toContain('- line 5: no CloudTrail record');
  });

  it('lets no record act on the terminal or forge a line', async () => {
    const hostile = { ...CALL, eventID: 'x\u001B[2J\nauthorized \u202E', eventTime: 'y\u009B' };
    for (const format of ['human', 'ndjson']) {
      const { out } = await run(['replay', '-', '--format', format], [hostile]);
      expect(out.split('\n')).toHaveLength(2);
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('reads nothing where one of the paths is not there', async () => {
    await writeFile(join(folder, 'calls.json'), JSON.stringify(CALL));
    const { code, out, err } = await run(['replay', 'calls.json', 'missing.json']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('cannot read `missing.json`: no such file or folder');
  });

  it('prints with --against only what the other list judges otherwise', async () => {
    const wider = ALLOWLIST.replace('sourceArn', '# sourceArn').replace('s3.amazonaws', 'sns.amazonaws');
    await writeFile(join(folder, 'wider.yaml'), wider);
    const nobody = {
      ...CALL,
      eventID: 'e3',
      userIdentity: { type: 'AWSService', invokedBy: 'nobody.amazonaws.com' },
    };
    const argv = ['replay', '-', '--against', 'wider.yaml'];
    const { code, out, err } = await run([...argv, '--format', 'ndjson'], [CALL, STRANGER, nobody]);
    expect(code).toBe(3);
    expect(
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { eventID: 'e1', verdict: 'authorized', before: { verdict: 'unauthorized', entry: null } },
      {
        eventID: 'e2',
        verdict: 'unauthorized',
        before: { verdict: 'authorized', entry: '/functions/0/invokers/0' },
      },
    ]);
    expect(err).toContain(
      'judged otherwise: 2\n  1 authorized → unauthorized\n  1 unauthorized → authorized\n',
    );
    expect((await run(argv, [CALL])).out).toMatch(/^unauthorized → authorized /);
    expect((await run(argv, [nobody])).code).toBe(0);
  });

  it('stops with --strict at the first thing that cannot be read', async () => {
    const { code, out, err } = await run(
      ['replay', '-', '--strict', '--format', 'json'],
      [CALL, 'oops', STRANGER],
    );
    expect([code, (JSON.parse(out) as unknown[]).length]).toEqual([1, 1]);
    expect(err).toContain('- line 2: not JSON');
  });

  it('shows rate and share to people', async () => {
    let err = '';
    await writeFile(join(folder, 'calls.json'), JSON.stringify(CALL));
    let nowMs = 0;
    await main(['replay', 'calls.json'], {
      writeOut: () => undefined,
      writeErr: (text) => {
        err += text;
      },
      env: {},
      cwd: folder,
      terminal: 'interactive',
      stdin: Readable.from([]),
      nowMs: () => (nowMs += 500),
    });
    expect(err).toMatch(/1 records, \d+ a second, 100 %, 0 s left/);
  });

  it('stops where nobody reads the results any more', async () => {
    let out = '';
    const code = await main(['replay', '-', '--format', 'ndjson'], {
      writeOut: (text) => {
        out += text;
      },
      outState: () => 'closed',
      writeErr: () => undefined,
      env: {},
      cwd: folder,
      terminal: 'plain',
      stdin: Readable.from([Buffer.from([CALL, STRANGER].map((one) => JSON.stringify(one)).join('\n'))]),
      nowMs: () => 0,
    });
    expect([code, out.split('\n').length]).toEqual([1, 2]);
  });

  it('names the caller of each sample record', async () => {
    const { out, err } = await run(['replay', resolve('test/records'), '--format', 'json']);
    const lines = JSON.parse(out) as { kind: string; caller?: { kind: string } }[];
    expect(lines.map(({ kind, caller }) => caller?.kind ?? kind)).toEqual([
      'service',
      'service',
      'role',
      'role',
      'anonymous',
      'root',
      'account',
      'eventSourceMapping',
      'user',
      'federated',
      'unknown',
      'change',
      'change',
      'service',
      'user',
    ]);
    expect(err).toContain('changes: 0 opens, 0 tampers, 0 closes, 2 neutral\n');
    expect(err).toContain('skipped: 2\n');
  });
});

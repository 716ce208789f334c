import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AthenaPorts, askAthena } from '../../cli/athena.ts';
import { type AthenaOptions, readAthenaOptions } from '../../cli/athena-options.ts';
import { main } from '../../cli/main.ts';
import { readAllowlistFile } from '../../config/allowlist-file.ts';
import { PermanentError } from '../../containment/errors.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { RECORD_COLUMNS } from '../../core/athena/call-fields.ts';
import { LOG_COLUMNS } from '../../core/athena/log-table.ts';
import { QUERIES } from '../../core/athena/query-catalogue.ts';
import type { QueryEngine, QueryProgress } from '../../core/athena/query-engine.ts';
import { VERDICT_COLUMNS } from '../../core/athena/verdict-query.ts';
import type { JsonObject } from '../../core/json.ts';
import { readLogRow } from '../trino/log-rows.ts';
import { recordIo } from './recorded-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'invokeguard-athena-'));
const CONFIG = join(folder, 'invokeguard.yaml');
writeFileSync(
  CONFIG,
  `version: 1
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
      - eventSourceMapping: arn:aws:sqs:eu-west-1:111122223333:orders
`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const STRANGER: JsonObject = {
  eventSource: 'lambda.amazonaws.com',
  eventName: 'Invoke',
  eventID: 'e1',
  eventTime: '2026-11-20T10:00:00Z',
  awsRegion: 'eu-west-1',
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', arn: "arn:aws:iam::111122223333:user/o'hara" },
  requestParameters: { functionName: 'thumbnailer', qualifier: 'live' },
  resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer' }],
};

/** A row of the query for violations, as Athena answers it. */
function answerRow(record: JsonObject, verdict: string, entry: string | null): (string | null)[] {
  const row = readLogRow(record);
  const told = [verdict, 'notListed', entry, null, null, null];
  return [
    ...told,
    ...RECORD_COLUMNS.map((column) => row[LOG_COLUMNS.findIndex((name) => name === column)] ?? null),
  ];
}

const PROJECTED = {
  'storage.location.template': 's3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}/',
  'projection.account.values': '111122223333',
  'projection.region.values': 'eu-west-1',
  'projection.day.range': '2026/01/01,NOW',
};

interface World {
  readonly rows?: (string | null)[][];
  readonly columns?: readonly string[];
  readonly progress?: readonly QueryProgress[];
  readonly properties?: Readonly<Record<string, string>> | null;
  readonly scanLimitBytes?: number | null;
  readonly measure?: () => Promise<number>;
  readonly mappings?: () => Promise<ReadonlyMap<string, string>>;
}

const DONE: QueryProgress = { state: 'succeeded', scannedBytes: 4_200_000, said: '' };

function makePorts(world: World): AthenaPorts & { readonly started: string[]; readonly stopped: string[] } {
  const started: string[] = [];
  const stopped: string[] = [];
  const left = [...(world.progress ?? [{ state: 'running', scannedBytes: 7, said: '' }, DONE])];
  const engine: QueryEngine = {
    start: (sql) => {
      started.push(sql);
      return Promise.resolve(`q${started.length}`);
    },
    readProgress: () => Promise.resolve(left.length > 1 ? (left.shift() ?? DONE) : (left[0] ?? DONE)),
    async *readResult() {
      await Promise.resolve();
      yield { columns: world.columns ?? [...VERDICT_COLUMNS, ...RECORD_COLUMNS], rows: world.rows ?? [] };
    },
    stop: (id) => {
      stopped.push(id);
      return Promise.resolve();
    },
    describeTable: () =>
      Promise.resolve(
        world.properties === null
          ? { kind: 'missing' }
          : { kind: 'table', properties: world.properties ?? PROJECTED },
      ),
    describeWorkgroup: () =>
      Promise.resolve({ kind: 'workgroup', scanLimitBytes: world.scanLimitBytes ?? null }),
  };
  return {
    engine,
    started,
    stopped,
    measureFolder: world.measure ?? (() => Promise.resolve(1_000_000)),
    listMappings: world.mappings ?? (() => Promise.resolve(new Map())),
    wait: () => Promise.resolve(),
  };
}

function readList(): Allowlist {
  const reading = readAllowlistFile(CONFIG, 0);
  if (reading.kind !== 'allowlist') throw new Error('a bad allowlist');
  return reading.allowlist;
}

function readOptions(...args: string[]): AthenaOptions {
  const options = readAthenaOptions(
    [...args, '--region', 'eu-west-1'],
    {},
    Date.parse('2026-11-21T10:00:00Z'),
  );
  if (options.kind !== 'options') throw new Error('bad options');
  return options;
}

async function ask(
  args: string[],
  world: World,
  answer?: string,
): Promise<{ code: number; out: string; err: string; ports: ReturnType<typeof makePorts> }> {
  const io = recordIo(answer === undefined ? {} : { answer });
  const ports = makePorts(world);
  const code = await askAthena(readOptions(...args), readList(), ports, io);
  return { code, ...io.written, ports };
}

describe('invokeguard athena', () => {
  it('prints violations as replay prints them, judged once more by the core', async () => {
    const { code, out, err } = await ask(['violations', '--format', 'ndjson'], {
      rows: [answerRow(STRANGER, 'unauthorized', null), answerRow(STRANGER, 'unauthorized', null)],
    });
    expect(JSON.parse(out)).toEqual({
      kind: 'invocation',
      eventID: 'e1',
      eventTime: '2026-11-20T10:00:00Z',
      functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
      qualifier: 'live',
      caller: { kind: 'user', userArn: "arn:aws:iam::111122223333:user/o'hara" },
      verdict: 'unauthorized',
      reason: 'no entry of the allowlist lists this caller',
      entry: null,
      succeeded: true,
    });
    expect(err).toContain('scans 9.0 MB: less than 0.01 USD (assumed: 5 USD for a terabyte)');
    expect(err).toContain('duplicates: 1 with an eventID that was there before');
    expect(err).toContain('scanned 4.2 MB');
    expect(code).toBe(3);
  });

  it('says so, and ends with 1, where query and core do not agree', async () => {
    const { code, err } = await ask(['violations'], { rows: [answerRow(STRANGER, 'undetermined', null)] });
    expect(err).toContain('of 1 calls the query says something else than the command');
    expect(code).toBe(1);
  });

  it('ends with 0 where nothing is found', async () => {
    expect((await ask(['violations'], {})).code).toBe(0);
  });

  it.each([
    ['human', 'fn  calls\nf   3\n'],
    ['ndjson', '{"kind":"unguarded","fn":"f","calls":"3"}\n'],
    ['json', '[\n{"kind":"unguarded","fn":"f","calls":"3"}\n]\n'],
  ])('prints other results as %s', async (format, printed) => {
    const { code, out } = await ask(['unguarded', '--format', format], {
      columns: ['fn', 'calls'],
      rows: [['f', '3']],
    });
    expect({ code, out }).toEqual({ code: 0, out: printed });
  });

  it('makes what somebody else wrote safe to print', async () => {
    const { out } = await ask(['callers'], { columns: ['caller'], rows: [['\u001b[2J']] });
    expect(out).toBe('caller\n\\u{1b}[2J\n');
  });

  it('asks before a dear query, and runs nothing where the answer is no or nobody can answer', async () => {
    const world = { measure: () => Promise.resolve(1e12) };
    const declined = await ask(['callers'], world, 'no');
    expect(declined.err).toContain('scans 9.0 TB: 45.00 USD');
    expect(declined.err).toContain('more than 0.50 USD');
    expect([declined.code, declined.ports.started.length]).toEqual([1, 0]);
    const unasked = await ask(['callers'], world);
    expect(unasked.err).toContain('give --yes or --ask-above');
    expect([unasked.code, unasked.ports.started.length]).toEqual([1, 0]);
    expect((await ask(['callers'], world, 'yes')).ports.started).toHaveLength(1);
    expect((await ask(['callers', '--yes'], world)).ports.started).toHaveLength(1);
    expect((await ask(['callers', '--ask-above', '45'], world)).ports.started).toHaveLength(1);
  });

  it('counts the days that a query looks back', async () => {
    const { err } = await ask(['first-seen', '--yes'], {});
    expect(err).toContain('scans 39.0 MB');
  });

  it("takes the workgroup's limit for the most where the logs cannot be listed", async () => {
    const refuse = (): Promise<number> => Promise.reject(new PermanentError('AccessDenied', 'access denied'));
    const bound = await ask(['callers'], { measure: refuse, scanLimitBytes: 100e9 });
    expect(bound.err).toContain("at most the workgroup's limit of 100.0 GB: 0.50 USD");
    expect(bound.ports.started).toHaveLength(1);
    const unknown = await ask(['callers'], { measure: refuse });
    expect(unknown.err).toContain('the workgroup sets no limit');
    expect(unknown.ports.started).toHaveLength(0);
  });

  it('names a table that is not there', async () => {
    const { code, err, ports } = await ask(['callers'], { properties: null });
    expect(err).toContain('there is no table `invokeguard.cloudtrail`: deploy the app with `-c athena=true`');
    expect([code, ports.started.length]).toEqual([1, 0]);
  });

  it('tells why a query did not succeed', async () => {
    const said = 'Bytes scanned limit was exceeded';
    const { code, err } = await ask(['callers'], {
      progress: [{ state: 'cancelled', scannedBytes: 9, said }],
    });
    expect(err).toContain("stopped at the workgroup's scan limit");
    expect(code).toBe(1);
  });

  it('stops the query when the person interrupts', async () => {
    const io = { ...recordIo(), onInterrupt: (stop: () => void) => (stop(), () => undefined) };
    const ports = makePorts({ progress: [{ state: 'running', scannedBytes: 9, said: '' }] });
    expect(await askAthena(readOptions('callers'), readList(), ports, io)).toBe(1);
    expect(ports.stopped).toEqual(['q1']);
    expect(io.written.err).toContain('interrupted: the query q1 was stopped');
  });

  it('passes the sources of mappings to the query, and goes on without them', async () => {
    const mapping = 'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0a1b';
    const known = await ask(['violations'], {
      mappings: () => Promise.resolve(new Map([[mapping, 'arn:aws:sqs:eu-west-1:111122223333:orders']])),
    });
    expect(known.ports.started[0]).toContain(`"${mapping}":"arn:aws:sqs`);
    const refused = await ask(['violations'], {
      mappings: () => Promise.reject(new PermanentError('AccessDenied', 'not allowed')),
    });
    expect(refused.err).toContain('stay undetermined');
    expect(refused.ports.started).toHaveLength(1);
  });
});

describe('invokeguard athena sql', () => {
  it.each(QUERIES.map(({ name }) => name))(
    'prints %s, and says what it scans, without asking AWS',
    async (name) => {
      const io = recordIo({ cwd: folder });
      expect(await main(['athena', 'sql', name, '--since', '2026-11-01'], io)).toBe(0);
      expect(io.written.out).toMatch(/^WITH\b[\s\S]*"invokeguard"\."cloudtrail"/);
      expect(io.written.out).toContain("AND '2026/11/22'");
      expect(io.written.err).toContain('scans the folders of the days asked for');
    },
  );

  it.each([
    [['athena'], 'no query given, expected one of violations'],
    [['athena', 'violation'], 'did you mean `violations`?'],
    [['athena', 'callers', 'more'], 'unexpected `more`'],
    [['athena', 'callers', '--since', '2027-01-01'], 'lies in the future'],
    [
      ['athena', 'callers', '--database', 'a"b', '--region', 'eu-west-1'],
      'small letters, digits and underscores',
    ],
    [['athena', 'callers', '--ask-above', 'x'], 'expected US dollars'],
    [['athena', 'callers'], 'no Region'],
    [['athena', 'callers', '--workgroup', 'a b'], 'expected the name of a workgroup'],
  ])('refuses %j', async (args, message) => {
    const io = recordIo({ cwd: folder });
    expect(await main(args, io)).toBe(2);
    expect(io.written.err).toContain(message);
  });

  it('is documented, each query with its name', () => {
    const page = readFileSync(join(__dirname, '../../docs/athena.md'), 'utf8');
    for (const { name } of QUERIES) expect(page).toContain(`\`${name}\``);
  });
});

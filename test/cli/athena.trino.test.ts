import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { main } from '../../cli/main.ts';
import { type Allowlist, EMPTY_ALLOWLIST, type FunctionEntry } from '../../core/allowlist/allowlist.ts';
import { DEFAULT_TABLE } from '../../core/athena/log-table.ts';
import { QUERIES } from '../../core/athena/query-catalogue.ts';
import type { JsonObject } from '../../core/json.ts';
import type { CastUser } from '../../lab/cast.ts';
import { DEMO_ALLOWLIST } from '../../lab/cast.ts';
import { composeInvocationEvent } from '../../lab/invocation-record.ts';
import { composeHeartbeatRecord } from '../containment/heartbeat-world.ts';
import { removeFolders } from '../infra/stacks.ts';
import { MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { describeWithTrino } from '../trino/asked-suites.ts';
import { startAthenaFront } from '../trino/athena-front.ts';
import { composeLogs, deployAthena, type PlayedLog, storeLogs } from '../trino/deployed-stack.ts';
import { readLogRow } from '../trino/log-rows.ts';
import { runOnTrino } from '../trino/trino-client.ts';
import { installTrino } from '../trino/trino-installation.ts';
import { startTrino, type TrinoServer } from '../trino/trino-server.ts';
import { fillTable, judgeByCore, judgeBySql, numberRows } from '../trino/verdict-trial.ts';
import { recordIo } from './recorded-io.ts';

/** The demo's intruder, contractor and operator, and the handwritten records, whose times lie within two days. */
function composeRecords(): readonly JsonObject[] {
  const demo = ['intruder', 'contractor', 'operator'].map((name, index) => {
    const user = { userArn: `arn:aws:iam::111122223333:user/${name}`, userId: 'AIDA', accessKeyId: 'AKIA' };
    const { envelope } = composeInvocationEvent(
      user as unknown as CastUser,
      `r${index}`,
      new Date('2026-11-20T23:59:30Z'),
    );
    return envelope['detail'];
  });
  const text = readFileSync(join(__dirname, '../records/handwritten/callers.ndjson'), 'utf8');
  const handwritten = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JsonObject => ({ ...(JSON.parse(line) as JsonObject), eventTime: '2026-11-21T00:00:10Z' }));
  return [...demo, ...handwritten];
}

/** Many functions with three callers each, among them the demo's. */
function makeLongList(count: number): Allowlist {
  const functions = Array.from({ length: count }, (_, index): FunctionEntry => {
    const pointer = `/functions/${index}`;
    const arn = (kind: string, name: string): string =>
      `arn:aws:iam::111122223333:${kind}/team-payments-${index}/${name}`;
    return {
      pointer,
      selector: {
        kind: 'name',
        name: index === 0 ? 'thumbnailer' : `team-payments-prod-order-handler-${index}`,
      },
      mode: 'observe',
      invokers: [
        { kind: 'user', user: 'arn:aws:iam::111122223333:user/operator', pointer: `${pointer}/invokers/0` },
        { kind: 'role', role: arn('role', "o'hara-*"), pointer: `${pointer}/invokers/1` },
        { kind: 'role', role: arn('role', 'states-machine-execution'), pointer: `${pointer}/invokers/2` },
        { kind: 'user', user: arn('user', 'ci-deploy'), pointer: `${pointer}/invokers/3` },
      ],
    };
  });
  return { version: 1, trail: { functions: 'all' }, alerts: { emails: [] }, functions, breakGlass: [] };
}

/** What the input format and the SerDe of Hive make of the objects: played here, because both are Amazon's own. */
function readObjects(logs: readonly PlayedLog[]) {
  return logs.flatMap(({ key, bytes }) => {
    const { Records } = JSON.parse(gunzipSync(bytes).toString()) as {
      readonly Records: readonly JsonObject[];
    };
    const day = key.split('/').slice(4, 7).join('/');
    return Records.map((record) => ({ row: readLogRow(record), day }));
  });
}

describeWithTrino('the queries on a real Trino, behind the local AWS', (python) => {
  const env = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'invokeguard-athena-'));
  let aws: LocalServer;
  let trino: TrinoServer;
  let front: LocalServer;

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MINISTACK_KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MINISTACK_KEYS.secretAccessKey;
    const installation = await installTrino();
    if (installation.kind === 'missing') throw new Error(installation.why);
    [aws, trino] = await Promise.all([startMinistack(python), startTrino(installation)]);
    const logs = composeLogs(composeRecords());
    writeFileSync(join(folder, 'invokeguard.yaml'), DEMO_ALLOWLIST);
    for (const { key, bytes } of logs) {
      mkdirSync(dirname(join(folder, 'logs', key)), { recursive: true });
      writeFileSync(join(folder, 'logs', key), bytes);
    }
    await deployAthena(aws.endpoint, DEMO_ALLOWLIST);
    await storeLogs(aws.endpoint, logs);
    await fillTable(trino.endpoint, readObjects(logs));
    front = await startAthenaFront(aws.endpoint, trino.endpoint);
  }, 900_000);
  afterAll(async () => {
    process.env = env;
    await Promise.all([front.stop(), aws.stop(), trino.stop()]);
    rmSync(folder, { recursive: true });
    removeFolders();
  });

  async function run(...args: string[]): Promise<{ code: number; lines: string[]; err: string }> {
    const io = recordIo({
      cwd: folder,
      env: { AWS_ENDPOINT_URL: front.endpoint, AWS_REGION: 'eu-west-1' },
    });
    const code = await main(args, io);
    return { code, lines: io.written.out.split('\n').filter((line) => line !== ''), err: io.written.err };
  }

  it('`athena violations` prints what `replay` prints for the same files', async () => {
    const replayed = await run('replay', 'logs', '--only', 'unauthorized,undetermined', '--format', 'ndjson');
    const asked = await run('athena', 'violations', '--since', '2026-11-20', '--format', 'ndjson');
    expect(asked.lines.sort()).toEqual(replayed.lines.sort());
    expect(asked.lines.some((line) => line.includes('user/intruder'))).toBe(true);
    expect(asked.err).toMatch(/scans [\d.]+ (k?bytes|kB)/);
    expect([asked.code, replayed.code]).toEqual([3, 3]);
  }, 120_000);

  it.each(['callers', 'first-seen', 'changes', 'denied', 'unguarded', 'cost'])(
    '`athena %s` runs',
    async (name) => {
      const { code, lines, err } = await run('athena', name, '--since', '2026-11-20', '--format', 'ndjson');
      expect({ code, err: err.includes('unexpected') || err.includes('failed') ? err : '' }).toEqual({
        code: 0,
        err: '',
      });
      expect(lines.every((line) => (JSON.parse(line) as { kind: string }).kind === name)).toBe(true);
    },
    120_000,
  );

  it.each(QUERIES.map((query) => [query.name, query] as const))(
    'the saved form of %s runs, whose days are counted back from now',
    async (_, { compose }) => {
      const time = { kind: 'lastDays', days: 7 } as const;
      const [sql = ''] = compose({
        table: DEFAULT_TABLE,
        time,
        allowlist: makeLongList(1),
        mappings: new Map(),
      });
      await expect(runOnTrino(trino.endpoint, sql)).resolves.toHaveProperty('rows');
    },
    120_000,
  );

  it('several queries of a long list judge each call once, as the core does', async () => {
    const records = composeRecords();
    await fillTable(trino.endpoint, numberRows(records));
    const list = makeLongList(1000);
    const sql = QUERIES.find(({ name }) => name === 'unguarded')?.compose({
      table: DEFAULT_TABLE,
      time: { kind: 'lastDays', days: 1 },
      allowlist: list,
      mappings: new Map(),
    });
    expect(sql?.length).toBeGreaterThan(1);
    const said = await judgeBySql(trino.endpoint, records.length, list, new Map());
    expect(said).toEqual(judgeByCore(records, list, new Map()));
    expect(said.some((one) => one?.includes('"authorized"'))).toBe(true);
  }, 300_000);

  it('the heartbeat’s own calls are judged as the core does, by a glob that takes its target', async () => {
    const beat = composeHeartbeatRecord('request-1');
    const text = JSON.stringify(beat);
    const records = [
      beat,
      JSON.parse(text.replaceAll(':role/invokeguard-heartbeat-eu-west-1', ':role/mallory')) as JsonObject,
      JSON.parse(text.replaceAll('function:invokeguard-heartbeat-target', 'function:orders')) as JsonObject,
    ];
    await fillTable(trino.endpoint, numberRows(records));
    const glob = { kind: 'glob', glob: '*' } as const;
    const functions = [{ pointer: '/functions/0', selector: glob, mode: 'observe', invokers: [] }] as const;
    const list: Allowlist = { ...EMPTY_ALLOWLIST, functions };
    const said = await judgeBySql(trino.endpoint, records.length, list, new Map());
    expect(said).toEqual(judgeByCore(records, list, new Map()));
    expect(said.map((one) => (JSON.parse(one ?? '[]') as unknown[])[0])).toEqual([
      'unguarded',
      'unauthorized',
      'unauthorized',
    ]);
  }, 120_000);

  it('names a table that Trino does not have', async () => {
    const { code, err } = await run('athena', 'callers', '--table', 'other', '--yes');
    expect(err).toContain('there is no table `invokeguard.other`');
    expect(code).toBe(1);
  }, 120_000);
});

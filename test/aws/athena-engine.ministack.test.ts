import { AthenaEngine, buildAthenaClient } from '../../aws/athena-engine.ts';
import { removeFolders } from '../infra/stacks.ts';
import {
  describeWithMinistack,
  MINISTACK_ACCOUNT,
  MINISTACK_KEYS,
  startMinistack,
} from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { deployAthena } from '../trino/deployed-stack.ts';

const ALLOWLIST =
  'version: 1\nfunctions:\n  - name: thumbnailer\n    invokers:\n      - service: s3.amazonaws.com\n';

describeWithMinistack('the stack for Athena, deployed to a local AWS', (python) => {
  let server: LocalServer;
  let engine: AthenaEngine;
  const env = { ...process.env };

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = MINISTACK_KEYS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = MINISTACK_KEYS.secretAccessKey;
    server = await startMinistack(python);
    await deployAthena(server.endpoint, ALLOWLIST);
    engine = new AthenaEngine(buildAthenaClient({ region: 'eu-west-1', endpoint: server.endpoint }));
  }, 120_000);
  afterAll(async () => {
    process.env = env;
    await server.stop();
    removeFolders();
  });

  it('has the table whose folders the command lists, and the limit that it knows', async () => {
    expect(await engine.describeTable('invokeguard', 'cloudtrail')).toMatchObject({
      kind: 'table',
      properties: {
        'projection.account.values': MINISTACK_ACCOUNT,
        'storage.location.template': 's3://played-trail-logs/AWSLogs/${account}/CloudTrail/${region}/${day}/',
      },
    });
    expect(await engine.describeWorkgroup('invokeguard')).toEqual({
      kind: 'workgroup',
      scanLimitBytes: 1e11,
    });
  });

  // ministack describes any table that it is asked for, so what is missing is tested with Athena's own words only.
  it('has no other workgroup', async () => {
    expect(await engine.describeWorkgroup('other')).toEqual({ kind: 'missing' });
  });

  it('takes a query in the workgroup, whose results go where the workgroup says', async () => {
    const id = await engine.start("SELECT 'x'", 'invokeguard', 'invokeguard');
    let progress = await engine.readProgress(id);
    while (progress.state === 'waiting' || progress.state === 'running')
      progress = await engine.readProgress(id);
    expect(progress).toMatchObject({ state: 'succeeded', said: '' });
    const pages = [];
    for await (const page of engine.readResult(id)) pages.push(page.rows);
    expect(pages).toEqual([[['x']]]);
  });
});

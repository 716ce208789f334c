import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { main } from '../../cli/main.ts';
import { describeWithMinistack, MINISTACK_KEYS, startMinistack } from '../local-aws/ministack.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { recordIo } from './recorded-io.ts';

const ALLOWLIST = `version: 1
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::uploads
        sourceAccount: "111122223333"
`;

function composeCall(eventID: string, eventTime: string, invokedBy = 's3.amazonaws.com') {
  return {
    eventID,
    eventTime,
    eventSource: 'lambda.amazonaws.com',
    eventName: 'Invoke',
    awsRegion: 'eu-west-1',
    userIdentity: { type: 'AWSService', invokedBy },
    requestParameters: { sourceArn: 'arn:aws:s3:::uploads', sourceAccount: '111122223333' },
    resources: [{ ARN: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer' }],
  };
}

function nameKey(account: string, region: string, day: string, time: string): string {
  const file = `${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T${time}Z_Mu0KsOhtH1ar15ZZ.json.gz`;
  return `audit/AWSLogs/o-exampleorgid/${account}/CloudTrail/${region}/${day}/${file}`;
}

describeWithMinistack('logs in the S3 of ministack', (python) => {
  let server: LocalServer;
  let client: S3Client;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'invokeguard-s3-'));
    writeFileSync(join(folder, 'invokeguard.yaml'), ALLOWLIST);
    server = await startMinistack(python);
    client = new S3Client({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: MINISTACK_KEYS,
      forcePathStyle: true,
    });
    await client.send(new CreateBucketCommand({ Bucket: 'trail-logs' }));
    const gz = (...Records: readonly object[]): Buffer => gzipSync(JSON.stringify({ Records }));
    const [OURS, THEIRS] = ['111122223333', '444455556666'];
    await put(
      nameKey(OURS, 'eu-west-1', '2026/10/04', '2355'),
      gz(composeCall('e1', '2026-10-04T23:50:00Z')),
    );
    // Delivered after midnight, with a call of the day before.
    await put(
      nameKey(OURS, 'eu-west-1', '2026/10/05', '0010'),
      gz(
        composeCall('e2', '2026-10-04T23:58:00Z'),
        composeCall('e3', '2026-10-05T00:04:00Z', 'sns.amazonaws.com'),
      ),
    );
    await put(
      nameKey(THEIRS, 'us-east-1', '2026/10/05', '0900'),
      gz(composeCall('e4', '2026-10-05T08:55:00Z')),
    );
    await put(
      nameKey(THEIRS, 'us-east-1', '2026/11/05', '0900'),
      gz(composeCall('e5', '2026-11-05T08:55:00Z')),
    );
    await put(
      'audit/AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-west-1/2026/10/05/d.json.gz',
      'damaged',
    );
    await put('plain/calls.ndjson', `${JSON.stringify(composeCall('e6', '2026-10-05T09:00:00Z'))}\n`);
    await put('damaged/a.json.gz', gz(composeCall('e7', '2026-10-05T09:00:00Z')).subarray(0, 60));
    await put('damaged/b.json', JSON.stringify(composeCall('e8', '2026-10-05T09:00:00Z')));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function put(key: string, body: Buffer | string): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket: 'trail-logs', Key: key, Body: body }));
  }

  async function run(argv: readonly string[]) {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: MINISTACK_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: MINISTACK_KEYS.secretAccessKey,
    });
    const io = recordIo({ cwd: folder, env: { AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: 'eu-west-1' } });
    try {
      const code = await main(argv, io);
      const ids = [...io.written.out.matchAll(/"eventID":"(e\d)"/g)].map(([, id]) => id);
      return { code, ids, ...io.written };
    } finally {
      process.env = before;
    }
  }

  it('are replayed, account by account and day by day', async () => {
    const { code, ids, err } = await run(['replay', 's3://trail-logs/audit', '--format', 'ndjson']);
    expect([code, ids]).toEqual([3, ['e1', 'e2', 'e3', 'e4', 'e5']]);
    expect(err).toContain('5 records in 4 files');
  });

  it('are read only where calls of the time asked for can be', async () => {
    const time = ['--since', '2026-10-04T23:55:00Z', '--until', '2026-10-05T00:05:00Z'];
    const { ids, err } = await run(['replay', 's3://trail-logs/audit/', '--format', 'ndjson', ...time]);
    expect(ids).toEqual(['e2', 'e3']);
    expect(err).toContain('4 records in 3 files');
  });

  it('are read beside files of this machine, each once', async () => {
    writeFileSync(join(folder, 'here.json'), JSON.stringify(composeCall('e9', '2026-10-05T09:00:00Z')));
    const paths = ['here.json', 's3://trail-logs/plain', 's3://trail-logs/plain/calls.ndjson'];
    const { ids } = await run(['replay', ...paths, '--format', 'ndjson']);
    expect(ids).toEqual(['e9', 'e6']);
  });

  it('are learnt from, reported and explained', async () => {
    const learnt = await run(['learn', 's3://trail-logs/plain']);
    expect([learnt.code, learnt.out]).toEqual([0, expect.stringContaining('arn:aws:s3:::uploads')]);
    const explained = await run(['explain', 's3://trail-logs', '--event-id', 'e3', '--format', 'json']);
    expect([explained.code, explained.out]).toEqual([0, expect.stringContaining('"unauthorized"')]);
    const reported = await run(['report', 's3://trail-logs/plain', '--format', 'json']);
    expect([reported.code, reported.out]).toEqual([0, expect.stringContaining('thumbnailer')]);
  });

  it('that are damaged are named, and the rest is read', async () => {
    const { ids, err } = await run(['replay', 's3://trail-logs/damaged', '--format', 'ndjson']);
    expect(ids).toEqual(['e8']);
    expect(err).toContain('s3://trail-logs/damaged/a.json.gz: the gzip data is damaged or cut off');
  });

  it('that are not there are told before anything is read', async () => {
    const { code, out, err } = await run(['replay', 's3://trail-logs/plain', 's3://no-such-bucket/x']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('invokeguard replay: cannot read `s3://no-such-bucket/x`: there is no such bucket\n');
  });

  it.each([
    [['s3://trail-logs/nothing'], 'no .json, .ndjson or .jsonl object below `s3://trail-logs/nothing`\n'],
    [
      ['s3://trail-logs/audit', '--since', '2027-02-01'],
      'below `s3://trail-logs/audit` that was delivered in that time: 2 folders and objects were left out',
    ],
  ])('that lie nowhere are missed aloud: %j', async (argv, warning) => {
    const { code, err } = await run(['replay', ...argv]);
    expect(code).toBe(0);
    expect(err).toContain(warning);
  });
});

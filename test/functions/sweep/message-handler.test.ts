import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SQSRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { S3LogObjects } from '../../../aws/s3-log-objects.ts';
import { BucketLogObjects } from '../../../functions/sweep/log-objects.ts';
import { handleLogMessage } from '../../../functions/sweep/message-handler.ts';
import { composeSdkError } from '../../aws/sdk-errors.ts';
import {
  composeAllowlist,
  composeMalloryCall,
  composeS3Call,
  GUARD,
  POLICY,
  TARGET,
} from '../../containment/calls.ts';
import { composeChange } from '../../containment/change-world.ts';
import { buildPlantedWorld } from '../../containment/guard-world.ts';
import { recordTelemetry } from '../recorded-telemetry.ts';

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());

const FOLDER = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21';
const KEY = `${FOLDER}/111122223333_CloudTrail_eu-west-1_20261121T1000Z_Ab1.json.gz`;

function placeObject(key: string, bytes: Uint8Array): void {
  s3.on(GetObjectCommand, { Bucket: 'logs', Key: key }).callsFake(() => ({
    // In pieces, as a network gives them.
    Body: Readable.from(
      Array.from({ length: Math.ceil(bytes.length / 50) }, (_, index) =>
        bytes.subarray(index * 50, index * 50 + 50),
      ),
    ),
  }));
}

function placeLog(key: string, ...events: readonly unknown[]): void {
  const Records = events.map((event) => (event as { readonly detail: unknown }).detail);
  placeObject(key, gzipSync(JSON.stringify({ Records })));
}

function composeMessage(...keys: readonly string[]): SQSRecord {
  const Records = keys.map((key) => ({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'logs' }, object: { key: encodeURIComponent(key), size: 1 } },
  }));
  return {
    messageId: 'message-1',
    body: JSON.stringify({ Records }),
    attributes: { ApproximateReceiveCount: '1' },
  } as SQSRecord;
}

function buildWorld() {
  const logs = new BucketLogObjects(new S3LogObjects(new S3Client({ region: 'eu-west-1' })), 'logs');
  const { telemetry, sums } = recordTelemetry();
  const ports = { ...buildPlantedWorld(), logs };
  return { allowlist: composeAllowlist(), guard: GUARD, bucket: 'logs', ports, telemetry, counted: sums };
}
type World = ReturnType<typeof buildWorld>;

const handle = (message: SQSRecord, world: World, deadlineMs = Number.POSITIVE_INFINITY): Promise<void> =>
  handleLogMessage(message, deadlineMs, world);

describe('a message about a log file', () => {
  it('has its file swept: the violation in it is contained, told and counted', async () => {
    const world = buildWorld();
    placeLog(KEY, composeS3Call(), composeMalloryCall(), composeS3Call({ eventID: undefined }));
    await handle(composeMessage(KEY), world);
    expect(world.ports.alerts.published).toHaveLength(1);
    expect(world.ports.policies.look(TARGET)).not.toEqual(POLICY);
    expect(world.counted).toEqual({
      Unauthorized: 1,
      Contained: 1,
      SweepFiles: 1,
      SweepRecords: 3,
      SweepOnly: 1,
    });
  });

  it('that comes twice counts the violation once', async () => {
    const world = buildWorld();
    placeLog(KEY, composeMalloryCall());
    await handle(composeMessage(KEY), world);
    await handle(composeMessage(KEY), world);
    expect(world.ports.alerts.published).toHaveLength(1);
    expect(world.counted).toMatchObject({ SweepFiles: 2, SweepRecords: 2, SweepOnly: 1 });
  });

  it('counts calls of other accounts and Regions, and leaves them', async () => {
    const world = buildWorld();
    const elsewhere = (account: string, region: string): Record<string, unknown> => ({
      awsRegion: region,
      recipientAccountId: account,
      resources: [],
      requestParameters: { functionName: 'thumbnailer' },
    });
    placeLog(
      KEY,
      composeMalloryCall(elsewhere('444455556666', 'eu-west-1')),
      composeMalloryCall(elsewhere('111122223333', 'us-east-1')),
    );
    await handle(composeMessage(KEY), world);
    expect(world.counted).toEqual({ SweepFiles: 1, SweepRecords: 2, SweepForeign: 2 });
    expect(world.ports.alerts.published).toEqual([]);
  });

  it('tells of a door that was opened, and counts it as found here only', async () => {
    const world = buildWorld();
    const detail = composeChange({
      eventName: 'AddPermission20150331v2',
      requestParameters: {
        functionName: 'thumbnailer',
        statementId: 'open',
        action: 'lambda:InvokeFunction',
        principal: '*',
      },
    });
    placeLog(KEY, { detail });
    await handle(composeMessage(KEY), world);
    await handle(composeMessage(KEY), world);
    expect(world.ports.alerts.published).toHaveLength(1);
    expect(world.counted).toMatchObject({ ChangeOpens: 1, SweepFiles: 2, SweepRecords: 2, SweepOnly: 1 });
  });

  it.each([
    [
      'a trail that was stopped',
      {
        eventSource: 'cloudtrail.amazonaws.com',
        eventName: 'StopLogging',
        requestParameters: { name: 'invokeguard' },
      },
    ],
    [
      'code of the guard that was changed',
      {
        eventName: 'UpdateFunctionCode20150331v2',
        requestParameters: { functionName: 'invokeguard-remediator' },
      },
    ],
  ])('tells of %s, which EventBridge never brings to the live path', async (_, given) => {
    const world = buildWorld();
    placeLog(KEY, { detail: composeChange(given) });
    await handle(composeMessage(KEY), world);
    expect(world.ports.alerts.published).toHaveLength(1);
    expect(world.counted).toMatchObject({ ChangeTampers: 1, SweepRecords: 1 });
    expect(world.counted).not.toHaveProperty('SweepOnly');
  });

  it.each([
    ['a digest', KEY.replaceAll('CloudTrail', 'CloudTrail-Digest'), 'SweepSkipped'],
    ['Insights', KEY.replaceAll('CloudTrail', 'CloudTrail-Insight'), 'SweepSkipped'],
    ['something else', 'notes.txt', 'SweepSkipped'],
    ['a log file of another account', KEY.replaceAll('111122223333', '444455556666'), 'SweepForeign'],
  ])('that is %s is counted and not read', async (_, key, metric) => {
    const world = buildWorld();
    await handle(composeMessage(key), world);
    expect(world.counted).toEqual({ [metric]: 1 });
    expect(s3.commandCalls(GetObjectCommand)).toEqual([]);
  });

  it('that is gone is counted, and no failure', async () => {
    const world = buildWorld();
    s3.on(GetObjectCommand).rejects(composeSdkError('NoSuchKey', 404));
    await handle(composeMessage(KEY), world);
    expect(world.counted).toEqual({ SweepGone: 1 });
  });

  it('that may not be read goes back to the queue', async () => {
    const world = buildWorld();
    s3.on(GetObjectCommand).rejects(composeSdkError('AccessDenied', 403));
    await expect(handle(composeMessage(KEY), world)).rejects.toThrow('allow `s3:GetObject`');
  });

  it('that is damaged goes back to the queue, when what stands before the damage is dealt with', async () => {
    const world = buildWorld();
    // Random enough not to be packed into the last block: the first records are inflated before the end is missed.
    const padding = Array.from({ length: 3_000 }, (_, index) =>
      composeS3Call({
        eventID: `padding-${Math.imul(index, 2_654_435_761)}`,
        requestID: `${Math.imul(index, 40_503)}`,
      }),
    );
    const Records = [composeMalloryCall(), ...padding].map((event) => (event as { detail: unknown }).detail);
    const zipped = gzipSync(JSON.stringify({ Records }));
    placeObject(KEY, zipped.subarray(0, -100));
    await expect(handle(composeMessage(KEY), world)).rejects.toThrow(
      `the sweep has to be done again: \`${KEY}\`: 1 pieces are no CloudTrail records`,
    );
    expect(world.ports.alerts.published).toHaveLength(1);
    expect(world.counted).toMatchObject({ SweepRejected: 1, SweepOnly: 1 });
  });

  it('goes back to the queue where a record fails, and deals with the others', async () => {
    const world = buildWorld();
    const second = composeMalloryCall({
      eventID: '0b1f6f0e-0000-4000-8000-000000000002',
      requestParameters: null,
    });
    placeLog(KEY, composeMalloryCall(), second);
    let deaths = 1;
    world.ports.policies.interrupt = () => {
      deaths -= 1;
      if (deaths === 0) throw new Error('the function is gone');
    };
    await expect(handle(composeMessage(KEY), world)).rejects.toThrow('1 records failed');
    expect(world.counted).toMatchObject({ SweepRecords: 1, SweepOnly: 1 });
    await handle(composeMessage(KEY), world);
    expect(world.counted).toMatchObject({ SweepFiles: 2, SweepOnly: 2 });
  });

  it('goes back to the queue where the time is over', async () => {
    const world = buildWorld();
    placeLog(KEY, composeMalloryCall());
    await expect(handle(composeMessage(KEY), world, world.ports.clock.nowMs())).rejects.toThrow(
      'the time was over before its end',
    );
    expect(world.ports.alerts.published).toEqual([]);
  });

  it('deals with each object that it names', async () => {
    const world = buildWorld();
    const damaged = KEY.replace('Ab1', 'Ab2');
    placeLog(KEY, composeMalloryCall());
    placeObject(damaged, gzipSync('hello'));
    await expect(handle(composeMessage(damaged, KEY), world)).rejects.toThrow(`\`${damaged}\``);
    expect(world.counted).toMatchObject({ SweepFiles: 2, SweepRejected: 1, SweepOnly: 1 });
  });
});

describe('a message about no log file', () => {
  it('is done with where S3 only tests the way', async () => {
    const world = buildWorld();
    await handle({ ...composeMessage(), body: '{"Event":"s3:TestEvent"}' }, world);
    expect(world.counted).toEqual({});
  });

  it('is thrown back, so that it ends in the dead-letter queue', async () => {
    const world = buildWorld();
    await expect(handle({ ...composeMessage(), body: '{}' }, world)).rejects.toThrow('tells of no log file');
    expect(world.counted).toEqual({ SweepRejected: 1 });
  });
});

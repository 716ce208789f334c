import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Remediation, remediateRecord } from '../../containment/remediation.ts';
import type { Allowlist } from '../../core/allowlist/allowlist.ts';
import { nameGuard } from '../../core/guard.ts';
import type { JsonObject } from '../../core/json.ts';
import { buildGuardWorld, type GuardWorld } from './guard-world.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:617033284847:function:test-s3-change-dev-hello';
const BUCKET_ARN = 'arn:aws:s3:::test-s3-change-dev-uploads';
const TARGET = { functionArn: FUNCTION_ARN, qualifier: null };

const ALLOWLIST: Allowlist = {
  version: 1,
  trail: { functions: 'guarded' },
  alerts: { emails: [] },
  functions: [
    {
      pointer: '/functions/0',
      selector: { kind: 'arn', arn: FUNCTION_ARN },
      mode: 'enforce',
      invokers: [
        {
          kind: 'service',
          pointer: '/functions/0/invokers/0',
          service: 's3.amazonaws.com',
          sourceArn: BUCKET_ARN,
          sourceAccount: '617033284847',
        },
      ],
    },
  ],
  breakGlass: [],
};

const BUCKET_GRANT = {
  Sid: 'bucket',
  Effect: 'Allow',
  Principal: { Service: 's3.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
  Condition: {
    ArnLike: { 'AWS:SourceArn': BUCKET_ARN },
    StringEquals: { 'AWS:SourceAccount': '617033284847' },
  },
};
const PLANTED_GRANT = {
  Sid: 'planted',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::999999999999:user/kyle' },
  Action: 'lambda:InvokeFunction',
  Resource: FUNCTION_ARN,
};

function readSeed(file: string): JsonObject {
  const log = JSON.parse(readFileSync(join(__dirname, '../records/seeds', file), 'utf8'));
  return log.Records[0];
}

function buildWorld(): GuardWorld {
  const world = buildGuardWorld();
  world.policies.place(TARGET, { Version: '2012-10-17', Statement: [BUCKET_GRANT, PLANTED_GRANT] });
  return world;
}

function deliver(world: GuardWorld, input: unknown): Promise<Remediation> {
  const guard = nameGuard('617033284847', 'us-east-1');
  return remediateRecord(
    { input, messageId: 'message-1', deliveryCount: 1, path: 'live' },
    ALLOWLIST,
    guard,
    world,
  );
}

describe('the function of the seeds, whose allowlist is S3 with one bucket', () => {
  it('is left alone when that bucket invokes it', async () => {
    const world = buildWorld();
    const before = world.policies.look(TARGET);
    expect(await deliver(world, readSeed('s3-invokes.json'))).toEqual({
      kind: 'passed',
      verdict: 'authorized',
    });
    expect(world.policies.look(TARGET)).toBe(before);
    expect(world.policies.calls).toEqual([]);
    expect(world.alerts.published).toEqual([]);
  });

  it('gets a policy restricted to S3 and that bucket when the user of the other seed invokes it', async () => {
    const world = buildWorld();
    const call = readSeed('s3-invokes.json');
    const { userIdentity } = readSeed('user-invokes-alias.json');
    const byKyle = {
      ...call,
      userIdentity,
      requestParameters: { functionName: FUNCTION_ARN, invocationType: 'RequestResponse' },
    };
    expect(await deliver(world, byKyle)).toMatchObject({
      kind: 'alerted',
      about: { outcome: { kind: 'contained' } },
    });
    const statements = world.policies.look(TARGET)?.Statement ?? [];
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([BUCKET_GRANT]);
    expect(statements.some(({ Effect }) => Effect === 'Deny')).toBe(true);
    expect(world.alerts.published).toHaveLength(1);
  });

  it('is left alone by the seeds that invoke nothing, and by those of other places', async () => {
    const world = buildWorld();
    const kinds = [
      await deliver(world, readSeed('get-and-delete-function.json')),
      await deliver(world, readSeed('put-bucket-notification.json')),
      await deliver(world, readSeed('user-invokes-alias.json')),
    ];
    expect(kinds).toEqual([
      { kind: 'skipped', reason: 'notInvocation' },
      { kind: 'skipped', reason: 'notLambda' },
      { kind: 'skipped', reason: 'otherAccount' },
    ]);
    expect(world.policies.calls).toEqual([]);
  });
});

import { Match, type Template } from 'aws-cdk-lib/assertions';
import {
  ACCOUNT,
  arnOf,
  findLogicalId,
  listRoleStatements,
  listStatements,
  removeFolders,
  synthApp,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

const ALLOWLIST = `
version: 1
mode: enforce
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
`;
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/0a0a0a0a-0000-0000-0000-000000000000`;

/** The stacks of the app, with the template of the sweep apart. */
function synth(context: Readonly<Record<string, unknown>> = {}): Map<string, Template> & { sweep: Template } {
  const stacks = synthApp({ config: writeAllowlist(ALLOWLIST), ...context });
  return Object.assign(stacks, { sweep: stacks.get('InvokeguardSweep')! });
}

const imported = (stack: string, part: string) => ({
  'Fn::ImportValue': Match.stringLikeRegexp(`^${stack}:.*${part}`),
});

/** The rules of the sweep itself, apart from those of the watch over it. */
function listOwnRules(template: Template): string[] {
  const rules = Object.entries(template.findResources('AWS::Events::Rule'));
  return rules.flatMap(([id, { Properties }]) => (Properties['Name'] === undefined ? [id] : []));
}

/** What the sweeper's role may do with S3 and KMS. */
function listReadRights(template: Template) {
  return listRoleStatements(template, 'invokeguard-sweeper').filter(({ Action }) =>
    [Action].flat().some((action) => /^(s3|kms):/.test(action)),
  );
}

describe('the bucket of the app’s own trail', () => {
  it('tells a queue of each object of its logs, and EventBridge too', () => {
    const template = synth().get('InvokeguardTrail')!;
    const queue = findLogicalId(template, 'AWS::SQS::Queue', 'TrailLogFiles');
    template.hasResource('AWS::S3::Bucket', {
      Properties: {
        NotificationConfiguration: {
          EventBridgeConfiguration: { EventBridgeEnabled: true },
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: arnOf(queue),
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'AWSLogs/' }] } },
            },
          ],
        },
      },
      // S3 tries the queue while the bucket is made.
      DependsOn: [findLogicalId(template, 'AWS::SQS::QueuePolicy', 'TrailLogFilesPolicy')],
    });
  });

  it('may send to that queue, and no bucket of another account or stack', () => {
    const template = synth().get('InvokeguardTrail')!;
    const queue = findLogicalId(template, 'AWS::SQS::Queue', 'TrailLogFiles');
    const allowed = listStatements(template, 'AWS::SQS::QueuePolicy').filter(
      ({ Effect }) => Effect === 'Allow',
    );
    expect(allowed).toEqual([
      {
        Sid: 'BucketSends',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(queue),
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: {
            'aws:SourceArn': {
              'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::invokeguardtrail-*']],
            },
          },
        },
      },
    ]);
  });

  it('has its messages kept for two weeks, encrypted, and given up after ten deliveries', () => {
    const template = synth().get('InvokeguardTrail')!;
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 86_400,
      VisibilityTimeout: 16 * 60,
      RedrivePolicy: {
        maxReceiveCount: 10,
        deadLetterTargetArn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'TrailLogFilesDeadLetters')),
      },
    });
  });

  it('may use the key that encrypts the queue, for its own account only', () => {
    const template = synth({ encryptionKey: 'create' }).get('InvokeguardTrail')!;
    template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          {
            Sid: 'BucketsEncrypt',
            Effect: 'Allow',
            Principal: { Service: 's3.amazonaws.com' },
            Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
          },
        ]),
      },
    });
  });
});

describe('the sweep of the app’s own trail', () => {
  it('reads the log files of that bucket, and nothing else of S3', () => {
    const bucket = imported('InvokeguardTrail', 'TrailLogs.*Arn');
    const template = synth().sweep;
    const rights = listReadRights(template);
    expect(rights).toHaveLength(2);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 's3:GetObject',
            Resource: { 'Fn::Join': ['', [bucket, '/AWSLogs/*']] },
          },
          { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket },
        ]),
      },
    });
  });

  it('has a fixed name, one file a run, fifteen minutes, and knows its bucket', () => {
    const template = synth().sweep;
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-sweeper',
      Timeout: 900,
      MemorySize: 512,
      Environment: {
        Variables: Match.objectLike({
          LOG_BUCKET: imported('InvokeguardTrail', 'TrailLogs'),
          LEDGER_TABLE_NAME: imported('Invokeguard', 'GuardLedger'),
          GUARD_NAME: 'invokeguard-remediator',
        }),
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'invokeguard-sweeper-eu-west-1' });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      EventSourceArn: imported('InvokeguardTrail', 'TrailLogFiles'),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    expect(listOwnRules(template)).toEqual([]);
    template.resourceCountIs('AWS::SQS::Queue', 0);
  });

  it('may contain as the remediator does', () => {
    const stacks = synth();
    const list = (template: Template, name: string) =>
      listRoleStatements(template, name).filter(({ Action }) =>
        [Action].flat().some((one) => one.startsWith('lambda:')),
      );
    const rights = list(stacks.sweep, 'invokeguard-sweeper');
    expect(rights).toEqual(list(stacks.get('Invokeguard')!, 'invokeguard-remediator'));
    expect(rights).not.toEqual([]);
  });

  it('decrypts with the key of the trail where it has one', () => {
    const template = synth({ encryptionKey: 'create' }).sweep;
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Effect: 'Allow', Action: 'kms:Decrypt', Resource: imported('InvokeguardTrail', 'Key') },
        ]),
      },
    });
    expect(listReadRights(synth().sweep).map(({ Action }) => Action)).toEqual([
      's3:GetObject',
      's3:ListBucket',
    ]);
  });

  it('says where it fails or falls behind, each alarm with its section of the runbook', () => {
    const template = synth().sweep;
    for (const [metric, section] of [
      ['ApproximateNumberOfMessagesVisible', 'sweep-dead-letters'],
      ['Errors', 'sweep-errors'],
      ['ApproximateAgeOfOldestMessage', 'sweep-backlog'],
    ]) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: metric,
        AlarmDescription: Match.stringLikeRegexp(`docs/runbook\\.md#${section}$`),
        AlarmActions: [imported('Invokeguard', 'GuardAlerts')],
      });
    }
  });
});

describe('the sweep of an existing trail', () => {
  const context = { trail: 'none', logBucket: 'audit-logs/org' };

  it('is fed by EventBridge, with the objects of that bucket’s logs', () => {
    const template = synth(context).sweep;
    const queue = findLogicalId(template, 'AWS::SQS::Queue', 'SweepQueue');
    const deadLetters = findLogicalId(template, 'AWS::SQS::Queue', 'SweepQueueDeadLetters');
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['audit-logs'] }, object: { key: [{ prefix: 'org/AWSLogs/' }] } },
      },
      Targets: [{ Arn: arnOf(queue), DeadLetterConfig: { Arn: arnOf(deadLetters) } }],
    });
    const rule = arnOf(findLogicalId(template, 'AWS::Events::Rule', 'SweepDelivered'));
    const allowed = listStatements(template, 'AWS::SQS::QueuePolicy').filter(
      ({ Effect }) => Effect === 'Allow',
    );
    expect(allowed.map(({ Principal, Condition }) => ({ Principal, Condition }))).toEqual(
      Array.from({ length: 2 }, () => ({
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': rule }, StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      })),
    );
  });

  it('reads below its prefix only, and tells what its owner has to do', () => {
    const template = synth(context).sweep;
    const bucket = ['arn:', { Ref: 'AWS::Partition' }, ':s3:::audit-logs'];
    expect(listReadRights(template)).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: { 'Fn::Join': ['', [...bucket.slice(0, 2), ':s3:::audit-logs/org/AWSLogs/*']] },
      },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: { 'Fn::Join': ['', bucket] } },
    ]);
    template.hasOutput('NextStep', { Value: Match.stringLikeRegexp('--bucket audit-logs`') });
  });

  it('decrypts with a key that exists', () => {
    expect(listReadRights(synth({ ...context, encryptionKey: KEY }).sweep)).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: KEY,
    });
  });

  it('may be named by the ARN of the bucket', () => {
    const template = synth({ trail: 'none', logBucket: 'arn:aws:s3:::audit-logs' }).sweep;
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        detail: { bucket: { name: ['audit-logs'] }, object: { key: [{ prefix: 'AWSLogs/' }] } },
      },
    });
  });
});

describe('no sweep', () => {
  it('is there where nobody says which bucket the trail delivers to, and the guard’s stack says so', () => {
    const stacks = synth({ trail: 'none' });
    expect([...stacks.keys()]).toEqual(['Invokeguard']);
    stacks
      .get('Invokeguard')!
      .hasOutput('LogSweep', { Value: Match.stringLikeRegexp('^none: .*-c logBucket=NAME') });
  });

  it.each([
    [
      { trail: 'none', logBucket: 'Logs' },
      /`logBucket` is `Logs`, expected `none`, or the name or ARN of the bucket/,
    ],
    [{ trail: 'none', logBucket: 'logs/AWSLogs' }, /`logBucket` is `logs\/AWSLogs`, expected/],
    [{ logBucket: 'logs' }, /`logBucket` is given, but the app makes the trail/],
  ])('is made with %j', (context, message) => {
    expect(() => synth(context)).toThrow(message);
  });
});

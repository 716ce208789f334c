import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { InvocationGuard } from '../../infra/invocation-guard.ts';
import { InvocationTrail } from '../../infra/invocation-trail.ts';
import {
  ACCOUNT,
  listStatements,
  makeBundle,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthGuard,
} from './stacks.ts';

afterAll(removeFolders);

const arnOf = (logicalId: unknown): unknown => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

describe('the rights of the remediation function', () => {
  it('are exactly these actions on exactly these resources', () => {
    const template = synthGuard();
    const [queue] = Object.keys(
      template.findResources('AWS::SQS::Queue', { Properties: { RedrivePolicy: Match.anyValue() } }),
    );
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    expect(listStatements(template, 'AWS::IAM::Policy')).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'lambda:GetFunctionConfiguration',
          'lambda:GetPolicy',
          'lambda:GetResourcePolicy',
          'lambda:ListAliases',
          'lambda:ListVersionsByFunction',
          'lambda:AddPermission',
          'lambda:DeleteResourcePolicy',
          'lambda:PutResourcePolicy',
          'lambda:RemovePermission',
        ],
        Resource: [
          {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, `:lambda:eu-west-1:${ACCOUNT}:function:thumbnailer`],
            ],
          },
          {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, `:lambda:eu-west-1:${ACCOUNT}:function:thumbnailer:*`],
            ],
          },
        ],
      },
      {
        Effect: 'Allow',
        Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        Resource: arnOf(queue),
      },
      {
        Effect: 'Allow',
        Action: [
          'dynamodb:DeleteItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ],
        Resource: arnOf(table),
      },
      { Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: topic } },
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf(logGroup) },
    ]);
  });

  it('come from no managed policy of AWS and from no other role', () => {
    const template = synthGuard();
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
    template.hasResourceProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  it('hold no bare wildcard, with a customer key neither', () => {
    const stack = makeStack();
    const template = synthGuard({ encryptionKey: new Key(stack, 'Key') }, stack);
    const statements = listStatements(template, 'AWS::IAM::Policy');
    expect(statements.length).toBeGreaterThan(5);
    for (const { Resource } of statements) expect([Resource].flat()).not.toContain('*');
    for (const { Action } of statements) expect(JSON.stringify(Action)).not.toContain('*');
  });

  it('reach no function at all where all of them are only observed', () => {
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, mode: 'observe' } });
    const actions = listStatements(template, 'AWS::IAM::Policy').flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith('lambda:'))).toEqual([]);
  });
});

describe('the queue', () => {
  it('is encrypted, outlasts six runs of the function, and gives up after five deliveries', () => {
    const template = synthGuard();
    const [dead] = Object.keys(
      template.findResources('AWS::SQS::Queue', { Properties: { RedrivePolicy: Match.absent() } }),
    );
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 360,
      RedrivePolicy: { deadLetterTargetArn: arnOf(dead), maxReceiveCount: 5 },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 60 });
  });

  it('keeps dead letters for 14 days, encrypted', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: Match.absent(),
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  it('takes messages over TLS only, and from the one rule only', () => {
    const template = synthGuard();
    const [rule] = Object.keys(template.findResources('AWS::Events::Rule'));
    const queues = Object.keys(template.findResources('AWS::SQS::Queue'));
    expect(queues).toHaveLength(2);
    for (const queue of queues) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: queue }],
        PolicyDocument: {
          Statement: [
            Match.objectLike({
              Effect: 'Deny',
              Action: 'sqs:*',
              Principal: { AWS: '*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
            Match.objectLike({
              Effect: 'Allow',
              Action: 'sqs:SendMessage',
              Principal: { Service: 'events.amazonaws.com' },
              Resource: arnOf(queue),
              Condition: {
                ArnEquals: { 'aws:SourceArn': arnOf(rule) },
                StringEquals: { 'aws:SourceAccount': ACCOUNT },
              },
            }),
          ],
        },
      });
    }
  });

  it('feeds the function in batches that report their failures one by one', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });
});

describe('the rule', () => {
  it('matches every call but the guard’s own, and sends what it cannot deliver to the dead letters', () => {
    const template = synthGuard();
    const own = {
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, ':lambda:eu-west-1:111122223333:function:invokeguard-remediator'],
      ],
    };
    const eventName = [{ 'anything-but': { prefix: 'InvokeExecution' } }];
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.lambda'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['lambda.amazonaws.com'],
          eventName: [{ prefix: 'Invoke' }],
          $or: [
            { eventName, resources: { ARN: [{ 'anything-but': [own] }] } },
            { eventName, resources: { ARN: [{ exists: false }] } },
          ],
        },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
  });
});

describe('the function', () => {
  it('has the fixed name, the newest Node runtime and the environment that its code reads', () => {
    const template = synthGuard();
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-remediator',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Environment: {
        Variables: {
          LEDGER_TABLE_NAME: { Ref: table },
          ALERT_TOPIC_ARN: { Ref: topic },
          GUARD_ACCOUNT: ACCOUNT,
          GUARD_REGION: 'eu-west-1',
          GUARD_NAME: 'invokeguard-remediator',
          POWERTOOLS_SERVICE_NAME: 'invokeguard',
          POWERTOOLS_METRICS_NAMESPACE: 'Invokeguard',
        },
      },
    });
    template.resourceCountIs('AWS::Lambda::Function', 1);
  });

  it('carries the compiled allowlist beside its bundle', () => {
    const stack = makeStack();
    synthGuard({}, stack);
    const folder = readAssetFolder(stack);
    const allowlist = JSON.parse(readFileSync(join(folder, 'allowlist.json'), 'utf8'));
    expect(allowlist.functions).toEqual([
      expect.objectContaining({ selector: { kind: 'name', name: 'thumbnailer' }, mode: 'enforce' }),
    ]);
    expect(readFileSync(join(folder, 'index.js'), 'utf8')).toContain('handler');
  });

  it('is uploaded again when only the allowlist changed, also by a second guard of one app', () => {
    const bundleFolder = makeBundle();
    const readKey = (template: Template): unknown =>
      Object.values(template.findResources('AWS::Lambda::Function'))[0]?.['Properties'].Code.S3Key;
    const first = readKey(synthGuard({ bundleFolder }));
    const second = readKey(synthGuard({ bundleFolder, allowlist: { ...ONE_FUNCTION, mode: 'observe' } }));
    expect(readKey(synthGuard({ bundleFolder }))).toBe(first);
    expect(second).not.toBe(first);
  });

  it('is refused without a built bundle, with what to do', () => {
    expect(() => synthGuard({ bundleFolder: '/nowhere' })).toThrow(
      /`\/nowhere` has no `index.js`: build .* `npm run build`/,
    );
  });
});

/** The folder of the one asset that a stack's function is made of. */
function readAssetFolder(stack: Stack): string {
  const cloudAssembly = (stack.node.root as App).synth();
  const manifest = JSON.parse(readFileSync(join(cloudAssembly.directory, 'Test.assets.json'), 'utf8'));
  const assets: { source: { path: string; packaging: string } }[] = Object.values(manifest.files);
  const zipped = assets.find(({ source }) => source.packaging === 'zip');
  return join(cloudAssembly.directory, zipped!.source.path);
}

describe('the ledger', () => {
  it('is keyed, expiring, encrypted, restorable, and protected from deletion', () => {
    const template = synthGuard();
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        DeletionProtectionEnabled: true,
        BillingMode: 'PAY_PER_REQUEST',
      },
    });
  });

  it('goes with its stack when that is asked for', () => {
    const template = synthGuard({ ledgerRemovalPolicy: RemovalPolicy.DESTROY });
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });
});

describe('the alert topic', () => {
  it('takes messages over TLS only, lets this account’s alarms publish, and mails the listed addresses', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sns:Publish',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
          }),
        ],
      },
    });
    template.resourceCountIs('AWS::SNS::Subscription', 1);
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'security@example.com',
    });
  });

  it('is the given one where one is given', () => {
    const stack = makeStack();
    const topicArn = `arn:aws:sns:eu-west-1:${ACCOUNT}:pager`;
    const template = synthGuard({ alertTopic: Topic.fromTopicArn(stack, 'Pager', topicArn) }, stack);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] });
    expect(listStatements(template, 'AWS::IAM::Policy')).toContainEqual({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Resource: topicArn,
    });
  });
});

describe('the alarms', () => {
  it.each([
    ['dead letters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 1],
    ['failing runs', 'AWS/Lambda', 'Errors', 1],
    ['a backlog of 15 minutes', 'AWS/SQS', 'ApproximateAgeOfOldestMessage', 900],
    ['rejected records', 'Invokeguard', 'RecordRejected', 1],
  ])('tell of %s', (_what, Namespace, MetricName, Threshold) => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace,
      MetricName,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [Match.anyValue()],
    });
  });
});

describe('a customer key', () => {
  it('encrypts queues, ledger, topic, log and environment, and lets exactly their services use it', () => {
    const stack = makeStack();
    const template = synthGuard({ encryptionKey: new Key(stack, 'Key') }, stack);
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: arnOf(key) });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arnOf(key) },
    });
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: arnOf(key) });
    template.hasResourceProperties('AWS::Lambda::Function', { KmsKeyArn: arnOf(key) });
    const services = listStatements(template, 'AWS::KMS::Key', 'KeyPolicy').flatMap(({ Principal }) => {
      const service = (Principal as { Service?: unknown }).Service;
      return service === undefined ? [] : [service];
    });
    expect(services).toEqual([
      'cloudwatch.amazonaws.com',
      'events.amazonaws.com',
      { 'Fn::Join': ['', ['logs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] },
    ]);
    expect(listStatements(template, 'AWS::IAM::Policy')).toContainEqual({
      Effect: 'Allow',
      Action: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      Resource: arnOf(key),
    });
  });
});

describe('an allowlist', () => {
  it('with faults stops synth, and each fault is told', () => {
    const allowlist = { version: 1, functions: [{ name: 'a b', invokers: [{ account: '123' }] }] };
    expect(() => synthGuard({ allowlist })).toThrow(/the allowlist is not valid:\n.*a b.*\n.*123/);
  });

  it('with something doubtful becomes a warning', () => {
    const stack = makeStack();
    const [guarded] = ONE_FUNCTION.functions;
    const invokers = [{ account: ACCOUNT, expires: '2020-01-01' }];
    synthGuard({ allowlist: { ...ONE_FUNCTION, functions: [{ ...guarded, invokers }] } }, stack);
    expect(
      Annotations.fromStack(stack).findWarning('/Test/Guard', Match.stringLikeRegexp('expired at')),
    ).toHaveLength(1);
  });

  it('that names a function of another Region by ARN is warned of, and gives no rights there', () => {
    const stack = makeStack();
    const name = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:elsewhere`;
    const [guarded] = ONE_FUNCTION.functions;
    const template = synthGuard({ allowlist: { ...ONE_FUNCTION, functions: [{ ...guarded, name }] } }, stack);
    expect(
      Annotations.fromStack(stack).findWarning(
        '/Test/Guard',
        Match.stringLikeRegexp('another account or Region'),
      ),
    ).toHaveLength(1);
    expect(JSON.stringify(listStatements(template, 'AWS::IAM::Policy'))).not.toContain('elsewhere');
  });
});

describe('a trail of the same stack', () => {
  it('is made after the guard, so that no call is logged before a rule sees it', () => {
    const stack = makeStack();
    const trail = new InvocationTrail(stack, 'Trail', { allowlist: ONE_FUNCTION });
    new InvocationGuard(stack, 'Guard', { allowlist: ONE_FUNCTION, bundleFolder: makeBundle(), trail });
    const template = Template.fromStack(stack);
    const [rule] = Object.keys(template.findResources('AWS::Events::Rule'));
    template.hasResource('AWS::CloudTrail::Trail', { DependsOn: Match.arrayWith([rule]) });
  });
});

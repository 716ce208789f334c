import { RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { InvocationGuard } from '../../infra/invocation-guard.ts';
import { InvocationTrail } from '../../infra/invocation-trail.ts';
import {
  ACCOUNT,
  arnOf,
  findLogicalId,
  listRoleStatements,
  listStatements,
  makeBundles,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthGuard,
} from './stacks.ts';

afterAll(removeFolders);

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
  it('takes messages over TLS only, lets this account’s alarms and rules publish, and mails the listed addresses', () => {
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
          Match.objectLike({ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }),
        ],
      },
    });
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'security@example.com',
    });
  });

  it('is the given one where one is given', () => {
    const stack = makeStack();
    const topicArn = `arn:aws:sns:eu-west-1:${ACCOUNT}:pager`;
    const template = synthGuard({ alertTopic: Topic.fromTopicArn(stack, 'Pager', topicArn) }, stack);
    // The topic of the watch is the only one that is made.
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] });
    expect(listStatements(template, 'AWS::IAM::Policy')).toContainEqual({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Resource: topicArn,
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
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: arnOf(key) });
    template.allResourcesProperties('AWS::Lambda::Function', { KmsKeyArn: arnOf(key) });
    const services = listStatements(template, 'AWS::KMS::Key', 'KeyPolicy').flatMap(({ Principal }) => {
      const service = (Principal as { Service?: unknown }).Service;
      return service === undefined ? [] : [service];
    });
    expect(services).toEqual([
      'cloudwatch.amazonaws.com',
      'events.amazonaws.com',
      { 'Fn::Join': ['', ['logs.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] },
    ]);
    // With `aws:SourceAccount` or `aws:SourceArn` EventBridge could not publish to the encrypted topic.
    const [eventBridge] = listStatements(template, 'AWS::KMS::Key', 'KeyPolicy').filter(
      ({ Principal }) => (Principal as { Service?: unknown }).Service === 'events.amazonaws.com',
    );
    expect(eventBridge).not.toHaveProperty('Condition');
    for (const name of ['invokeguard-remediator', 'invokeguard-converger']) {
      expect(listRoleStatements(template, name)).toContainEqual({
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
    }
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
    new InvocationGuard(stack, 'Guard', { allowlist: ONE_FUNCTION, bundleFolder: makeBundles(), trail });
    const template = Template.fromStack(stack);
    const rule = findLogicalId(template, 'AWS::Events::Rule', 'GuardInvocationsRule001');
    template.hasResource('AWS::CloudTrail::Trail', { DependsOn: Match.arrayWith([rule]) });
  });
});

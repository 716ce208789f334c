import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { GUARD_FUNCTION_NAMES } from '../../core/guard.ts';
import { ACCOUNT, listStatements, makeStack, ONE_FUNCTION, removeFolders, synthTrail } from './stacks.ts';

afterAll(removeFolders);

const TRAIL_ARN = {
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:cloudtrail:eu-west-1:${ACCOUNT}:trail/invokeguard`]],
};
const OWN_FUNCTIONS = GUARD_FUNCTION_NAMES.map((name) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:lambda:eu-west-1:${ACCOUNT}:function:${name}`]],
}));
const CALLS = [
  { Field: 'eventCategory', Equals: ['Data'] },
  { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
  { Field: 'eventName', NotEquals: ['InvokeExecution'] },
];
const CHANGES = [
  { Field: 'eventCategory', Equals: ['Management'] },
  { Field: 'readOnly', Equals: ['false'] },
];

describe('the trail', () => {
  it('logs in every Region and validates its files', () => {
    const template = synthTrail();
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      TrailName: 'invokeguard',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      EventSelectors: Match.absent(),
    });
  });

  it('logs the calls of a guarded function in any Region, and changes, but neither its own calls nor InvokeExecution', () => {
    const template = synthTrail();
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: [
        Match.objectLike({
          FieldSelectors: [
            ...CALLS,
            { Field: 'resources.ARN', EndsWith: [':function:thumbnailer'], NotEquals: OWN_FUNCTIONS },
          ],
        }),
        Match.objectLike({ FieldSelectors: CHANGES }),
      ],
    });
  });

  it('logs the calls of all functions where the allowlist asks for it', () => {
    const template = synthTrail({ allowlist: { ...ONE_FUNCTION, trail: { functions: 'all' } } });
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: [
        Match.objectLike({
          FieldSelectors: [...CALLS, { Field: 'resources.ARN', NotEquals: OWN_FUNCTIONS }],
        }),
        Match.anyValue(),
      ],
    });
  });

  it('leaves changes to another trail where one logs them', () => {
    const template = synthTrail({ managementEvents: 'none' });
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: [Match.objectLike({ FieldSelectors: Match.arrayWith(CALLS) })],
    });
  });

  it('is refused where it would log nothing', () => {
    const allowlist = { version: 1, functions: [] };
    expect(() => synthTrail({ allowlist, managementEvents: 'none' })).toThrow('the trail would log nothing');
  });

  it('warns where it has to log more than the guarded functions', () => {
    const stack = makeStack();
    const [guarded] = ONE_FUNCTION.functions;
    synthTrail({ allowlist: { ...ONE_FUNCTION, functions: [{ ...guarded, name: 'a*b' }] } }, stack);
    expect(
      Annotations.fromStack(stack).findWarning(
        '/Test/Trail',
        Match.stringLikeRegexp('logs the calls of all functions'),
      ),
    ).toHaveLength(1);
  });
});

describe('the log bucket', () => {
  it('is encrypted, private, versioned, kept, and notifies EventBridge', () => {
    const template = synthTrail();
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 365, Status: 'Enabled' })] },
      },
    });
    // No function of CDK's own beside it.
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  it('refuses plain HTTP and old TLS, and lets only this trail write', () => {
    const template = synthTrail();
    const statements = listStatements(template, 'AWS::S3::BucketPolicy');
    expect(statements.map(({ Effect, Action, Condition }) => [Effect, Action, Condition])).toEqual([
      ['Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', 's3:*', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
      ['Allow', 's3:GetBucketAcl', { StringEquals: { 'aws:SourceArn': TRAIL_ARN } }],
      [
        'Allow',
        's3:PutObject',
        { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': TRAIL_ARN } },
      ],
    ]);
    const [policy] = Object.keys(template.findResources('AWS::S3::BucketPolicy'));
    template.hasResource('AWS::CloudTrail::Trail', { DependsOn: Match.arrayWith([policy]) });
  });
});

describe('what can be asked for', () => {
  it('a customer key encrypts the files, and only this trail may use it', () => {
    const stack = makeStack();
    const template = synthTrail({ encryptionKey: new Key(stack, 'Key') }, stack);
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const arn = { 'Fn::GetAtt': [key, 'Arn'] };
    template.hasResourceProperties('AWS::CloudTrail::Trail', { KMSKeyId: arn });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn },
            BucketKeyEnabled: true,
          },
        ],
      },
    });
    expect(listStatements(template, 'AWS::KMS::Key', 'KeyPolicy')).toContainEqual(
      expect.objectContaining({
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      }),
    );
  });

  it('delivery to CloudWatch Logs, with a role that writes this account’s streams only', () => {
    const template = synthTrail({ cloudWatchLogs: 'logGroup' });
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      CloudWatchLogsLogGroupArn: { 'Fn::GetAtt': [logGroup, 'Arn'] },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyName: 'WriteLogs',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: {
                  'Fn::Join': [
                    '',
                    [
                      'arn:',
                      { Ref: 'AWS::Partition' },
                      `:logs:eu-west-1:${ACCOUNT}:log-group:`,
                      { Ref: logGroup },
                      `:log-stream:${ACCOUNT}_CloudTrail_*`,
                    ],
                  ],
                },
              },
            ],
          },
        },
      ],
    });
  });

  it('a topic told of each log file, to which only this trail publishes', () => {
    const stack = makeStack();
    const template = synthTrail({ deliveryTopic: new Topic(stack, 'Delivery') }, stack);
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const [policy] = Object.keys(template.findResources('AWS::SNS::TopicPolicy'));
    template.hasResource('AWS::CloudTrail::Trail', {
      DependsOn: Match.arrayWith([policy]),
      Properties: { SnsTopicName: { Ref: topic } },
    });
    expect(listStatements(template, 'AWS::SNS::TopicPolicy')).toContainEqual(
      expect.objectContaining({
        Action: 'sns:Publish',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      }),
    );
  });
});

import { Match } from 'aws-cdk-lib/assertions';
import { ACCOUNT, arnOf, findLogicalId, removeFolders, synthGuard } from './stacks.ts';

afterAll(removeFolders);

/** The rules for calls and for changes have numbered names, of which a queue's policy names all at once. */
function nameNumbered(rules: string): object {
  const resource = `:events:eu-west-1:${ACCOUNT}:rule/${rules}`;
  const ruleArns = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, resource]] };
  return { ArnLike: { 'aws:SourceArn': ruleArns } };
}

describe('the queues', () => {
  it('of records is encrypted, outlasts two runs of the function, and gives up after ten deliveries', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 120,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')),
        maxReceiveCount: 10,
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-remediator',
      Timeout: 60,
    });
  });

  it('of jobs is encrypted, outlasts one run of the function, and gives up after ten deliveries', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 360,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')),
        maxReceiveCount: 10,
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'invokeguard-converger',
      Timeout: 300,
    });
  });

  it('keeps dead letters for 14 days, encrypted', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::SQS::Queue', {
      RedrivePolicy: Match.absent(),
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  it.each([
    ['GuardQueue', ['invokeguard-invocations-???', 'invokeguard-changes-?']],
    ['GuardConvergenceQueue', ['GuardDaily', 'GuardDeployed', 'GuardDigest']],
    [
      'GuardDeadLetters',
      ['invokeguard-invocations-???', 'invokeguard-changes-?', 'GuardDaily', 'GuardDeployed', 'GuardDigest'],
    ],
  ])('`%s` takes messages over TLS only, and from its rules only', (beginning, rules) => {
    const template = synthGuard();
    const queue = findLogicalId(template, 'AWS::SQS::Queue', beginning);
    const policies = template.findResources('AWS::SQS::QueuePolicy', {
      Properties: { Queues: [{ Ref: queue }] },
    });
    const [policy] = Object.values(policies);
    expect(policy?.['Properties'].PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sqs:*',
        Principal: { AWS: '*' },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      ...rules.map((rule) =>
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: arnOf(queue),
          Condition: {
            ...(rule.endsWith('?')
              ? nameNumbered(rule)
              : {
                  ArnEquals: { 'aws:SourceArn': arnOf(findLogicalId(template, 'AWS::Events::Rule', rule)) },
                }),
            StringEquals: { 'aws:SourceAccount': ACCOUNT },
          },
        }),
      ),
    ]);
  });

  it.each([
    ['GuardRemediator', 'GuardQueue', 10],
    ['GuardConverger', 'GuardConvergenceQueue', 1],
  ])('feed `%s` from `%s` by %d, in batches that report their failures one by one', (to, from, size) => {
    const template = synthGuard();
    const fed = Object.entries(template.findResources('AWS::Lambda::EventSourceMapping')).filter(([id]) =>
      id.startsWith(to),
    );
    expect(fed.map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        EventSourceArn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', from)),
        BatchSize: size,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      }),
    ]);
  });
});

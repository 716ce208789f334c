import { Match, type Template } from 'aws-cdk-lib/assertions';
import { readJob } from '../../functions/converge/job.ts';
import { arnOf, findLogicalId, removeFolders, synthGuard } from './stacks.ts';

afterAll(removeFolders);

describe('the rules for convergence', () => {
  /** What they send: a job, named after the event. */
  const findTargets = (template: Template, kind: 'all' | 'digest' = 'all'): unknown[] => [
    Match.objectLike({
      Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardConvergenceQueue')),
      DeadLetterConfig: { Arn: arnOf(findLogicalId(template, 'AWS::SQS::Queue', 'GuardDeadLetters')) },
      InputTransformer: { InputPathsMap: { id: '$.id' }, InputTemplate: `{"kind":"${kind}","runID":<id>}` },
    }),
  ];

  it('ask for it once a day', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 day)',
      State: 'ENABLED',
      Targets: findTargets(template),
    });
  });

  it('ask for it when this stack was deployed, and no other', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.cloudformation'],
        'detail-type': ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [{ Ref: 'AWS::StackId' }],
          'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
        },
      },
      State: 'ENABLED',
      Targets: findTargets(template),
    });
  });

  it('ask each hour for the digest of alerts', () => {
    const template = synthGuard();
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: 'invokeguard-digest',
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Targets: findTargets(template, 'digest'),
    });
  });

  it.each(['all', 'digest'])('send what the converging function reads as a job: %s', (kind) => {
    // EventBridge puts a text in quotes where a template has it as a value.
    const template = `{"kind":"${kind}","runID":<id>}`;
    expect(readJob(template.replace('<id>', '"6a7e8feb-b491-4cf7-a9f1-bf3703467718"'))).toEqual({
      kind: 'job',
      job: { kind, runID: '6a7e8feb-b491-4cf7-a9f1-bf3703467718' },
    });
  });
});

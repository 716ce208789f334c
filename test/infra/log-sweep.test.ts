import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { InvocationGuard } from '../../infra/invocation-guard.ts';
import { InvocationTrail } from '../../infra/invocation-trail.ts';
import { LogSweep } from '../../infra/log-sweep.ts';
import { arnOf, findLogicalId, makeBundles, makeStack, ONE_FUNCTION, removeFolders } from './stacks.ts';

afterAll(removeFolders);

describe('a sweep in the stack of its guard and its trail', () => {
  it('is fed by EventBridge, which the trail’s bucket tells anyway, and decrypts with the bucket’s key', () => {
    const stack = makeStack();
    const encryptionKey = new Key(stack, 'TrailKey');
    const trail = new InvocationTrail(stack, 'Trail', { allowlist: ONE_FUNCTION, encryptionKey });
    const bundleFolder = makeBundles();
    const guard = new InvocationGuard(stack, 'Guard', { allowlist: ONE_FUNCTION, trail, bundleFolder });
    new LogSweep(stack, 'Sweep', { guard, bucket: trail.bucket, bundleFolder });
    const template = Template.fromStack(stack);
    const bucket = findLogicalId(template, 'AWS::S3::Bucket', 'TrailLogs');
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        detail: { bucket: { name: [{ Ref: bucket }] }, object: { key: [{ prefix: 'AWSLogs/' }] } },
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetObject',
            Resource: { 'Fn::Join': ['', [arnOf(bucket), '/AWSLogs/*']] },
          }),
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource: arnOf(findLogicalId(template, 'AWS::KMS::Key', 'TrailKey')),
          },
        ]),
      },
    });
    expect(guard.parts.ledger).toBe(guard.ledger);
  });
});

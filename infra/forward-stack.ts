import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Whose events a Region gets that the guard's own Region does not: IAM's, or those of a trail that is at home there. */
export type ForwardedSource = 'aws.iam' | 'aws.cloudtrail';

/** What one stack forwards, and where to. */
export interface ForwardStackProps extends StackProps {
  readonly sources: readonly ForwardedSource[];
  readonly guardRegion: string;
}

/** Begins as the names of all rules of the guard do; guards of several Regions may hear of one. */
const RULE_STEM = 'invokeguard-forward-';

/**
 * The stack `InvokeguardForward-REGION-to-REGION`: in a Region that alone hears of roles, or of the guard's trail, it sends these
 * events to the default bus of the guard's Region, where the guard's own rules look at them. It sends all changes of
 * IAM or CloudTrail: they are few, and what it left out nobody could see.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export class ForwardStack extends Stack {
  constructor(scope: Construct, id: string, { sources, guardRegion, ...props }: ForwardStackProps) {
    super(scope, id, props);
    const ruleName = `${RULE_STEM}${guardRegion}`;
    const busArn = this.formatArn({
      service: 'events',
      region: guardRegion,
      resource: 'event-bus',
      resourceName: 'default',
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnEquals: {
            'aws:SourceArn': this.formatArn({ service: 'events', resource: 'rule', resourceName: ruleName }),
          },
        },
      }),
      inlinePolicies: {
        Forward: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [busArn] })],
        }),
      },
    });
    new CfnRule(this, 'Rule', {
      name: ruleName,
      description: 'What is recorded in this Region only, for Invokeguard in another',
      state: 'ENABLED',
      eventPattern: { source: [...sources], 'detail-type': ['AWS API Call via CloudTrail'] },
      targets: [{ id: 'GuardRegion', arn: busArn, roleArn: role.roleArn }],
    });
  }
}

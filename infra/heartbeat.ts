import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, type IFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { HEARTBEAT_NAME, HEARTBEAT_TARGET_NAME } from '../core/guard.ts';
import { createUnfedFunction, type GuardParts } from './guard-function.ts';
import type { GuardQueues } from './guard-queues.ts';
import { BEAT, createHeartbeatAlarms } from './heartbeat-alarms.ts';

/** What the heartbeat is made from. */
export interface HeartbeatProps {
  /** Its allowlist has the entry of the target. */
  readonly parts: GuardParts;
  readonly queues: GuardQueues;
  /** How many rules for calls there are. */
  readonly invocationRules: number;
  /** The trail that logs the calls, where it is known. */
  readonly trailArn: string | undefined;
  /** Folder with the built functions. */
  readonly bundleFolder: string;
}

/** A fixed name, so that the heartbeat and the watch find it with the guard's other rules. */
const RULE_NAME = 'invokeguard-heartbeat';

/**
 * Proves on a schedule that the chain from a call to its verdict holds: a function that calls another one as a caller on
 * no list, and looks whether earlier calls were judged.
 */
export class Heartbeat extends Construct {
  readonly heartbeat: IFunction;

  constructor(scope: Construct, id: string, props: HeartbeatProps) {
    super(scope, id);
    const { parts, queues, trailArn } = props;
    const target = createTarget(this);
    const heartbeat = createUnfedFunction(this, 'Function', {
      parts,
      name: HEARTBEAT_NAME,
      description: 'Calls a function and looks whether the call comes back as a verdict of Invokeguard',
      bundleFolder: join(props.bundleFolder, 'heartbeat'),
      timeout: Duration.minutes(2),
      environment: {
        TRAIL_ARN: trailArn ?? '',
        RECORDS_QUEUE_URL: queues.records.queueUrl,
        RECORDS_QUEUE_ARN: queues.records.queueArn,
        DEAD_LETTER_QUEUE_URL: queues.deadLetters.queueUrl,
        INVOCATION_RULES: String(props.invocationRules),
      },
      grantRights: (role) => grantLooks(role, target, props),
    });
    this.heartbeat = heartbeat;
    new Rule(this, 'Beat', {
      ruleName: RULE_NAME,
      description: 'Runs the heartbeat of Invokeguard',
      schedule: Schedule.rate(BEAT),
      targets: [
        new LambdaFunction(heartbeat, {
          // Of an event it needs the id, which names the run.
          event: RuleTargetInput.fromObject({ id: EventField.eventId }),
          // A later run does as well.
          maxEventAge: BEAT,
        }),
      ],
    });
    createHeartbeatAlarms(this, parts.alertTopic);
  }
}

/** A function that returns at once and whose role may do nothing, not even write a log. */
function createTarget(scope: Construct): Function {
  return new Function(scope, 'Target', {
    functionName: HEARTBEAT_TARGET_NAME,
    description: 'Does nothing: the heartbeat of Invokeguard calls it',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {};\n'),
    memorySize: 128,
    timeout: Duration.seconds(3),
    role: new Role(scope, 'TargetRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
  });
}

/** What the heartbeat does beside the other functions' common rights: call its target, and look at the chain. */
function grantLooks(role: Role, target: Function, { queues, trailArn }: HeartbeatProps): void {
  const stack = Stack.of(role);
  const allow = (actions: string[], resources: string[]): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources }));
  };
  allow(['lambda:InvokeFunction'], [target.functionArn]);
  const { records, deadLetters } = queues;
  allow(['sqs:GetQueueAttributes'], [records.queueArn, deadLetters.queueArn]);
  const ownRules = stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'invokeguard-*' });
  allow(['events:ListTargetsByRule'], [ownRules]);
  // IAM knows no resource for it.
  allow(['events:ListRules'], ['*']);
  if (trailArn !== undefined)
    allow(['cloudtrail:GetEventSelectors', 'cloudtrail:GetTrailStatus'], [trailArn]);
}

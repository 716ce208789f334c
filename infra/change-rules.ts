import { Stack, Token } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { composeChangePatterns } from '../core/pattern/change-patterns.ts';
import { listOwnFunctionArns } from './function-scope.ts';
import { allowRules, type GuardQueues } from './guard-queues.ts';
import { findIamRegion } from './iam-region.ts';

/** Fixed, as those of the rules for calls are: what is named so is recognized as the guard's. */
const RULE_NAME = 'invokeguard-changes-';

/** What the rules for changes are made from. */
export interface ChangeRulesProps {
  readonly allowlist: Allowlist;
  /** Characters that one pattern may have. */
  readonly characters: number;
  readonly queues: GuardQueues;
  /** Whether what is recorded in other Regions only comes to this one's event bus. */
  readonly elsewhere: 'forwarded' | 'unheard';
}

/**
 * Makes the rules for changes of who may call: they send management events to the queue of records, where the guard
 * judges them, and learns from those of event source mappings which queue or stream a mapping polls, before a call of it
 * has to be judged. Management events reach EventBridge only where a trail logs them. The guard's own parts are watched
 * by other rules, which need no function of ours.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class ChangeRules extends Construct {
  constructor(scope: Construct, id: string, { allowlist, characters, queues, elsewhere }: ChangeRulesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const patterns = composeChangePatterns({
      allowlist,
      exclude: listOwnFunctionArns(stack),
      iamEvents: elsewhere === 'forwarded' ? 'here' : findIamEvents(stack.region),
      characters,
    });
    for (const [index, eventPattern] of patterns.entries()) {
      new CfnRule(this, `Rule${index + 1}`, {
        name: `${RULE_NAME}${index + 1}`,
        description: 'Changes of who may call Lambda functions, for Invokeguard',
        state: 'ENABLED',
        eventPattern,
        targets: [
          {
            id: 'Queue',
            arn: queues.records.queueArn,
            deadLetterConfig: { arn: queues.deadLetters.queueArn },
          },
        ],
      });
    }
    const ruleArns = stack.formatArn({ service: 'events', resource: 'rule', resourceName: `${RULE_NAME}?` });
    for (const queue of [queues.records, queues.deadLetters]) {
      allowRules(queue, 'ChangeRulesSend', { ArnLike: { 'aws:SourceArn': ruleArns } });
    }
  }
}

/** In a Region that is not known at synth they may come. */
function findIamEvents(region: string): 'here' | 'elsewhere' {
  if (Token.isUnresolved(region)) return 'here';
  return (findIamRegion(region) ?? region) === region ? 'here' : 'elsewhere';
}

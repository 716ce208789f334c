import type { Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { listWatchedCalls } from '../core/pattern/watch-catalogue.ts';
import { composeWatchPatterns } from '../core/pattern/watch-patterns.ts';
import { composeWatchMessage } from '../core/pattern/watch-text.ts';
import type { WatchedParts } from '../core/pattern/watched-call.ts';
import type { NameStandIns } from './name-stand-ins.ts';

/** What some rules of the watch are made from. */
export interface WatchRulesProps {
  /** Tells these rules from those of another stack or target: `invokeguard-watch-NAME-01`. */
  readonly name: 'guard' | 'trail' | 'second' | 'sweep';
  readonly parts: WatchedParts;
  readonly standIns: NameStandIns;
  /** See `WatchTerms`. */
  readonly words: readonly string[];
  /** Characters that an event pattern may have. */
  readonly characters: number;
  readonly topicArn: string;
}

/** With this begin the names of all rules of the watch. */
export const WATCH_RULE_STEM = 'invokeguard-watch-';

const DESCRIPTIONS = {
  wentThrough: 'Calls that changed a part of Invokeguard, straight to a topic',
  refused: 'Calls that tried to change a part of Invokeguard, straight to a topic',
} as const;

/**
 * Makes the rules that tell of calls on the given parts, with nothing between EventBridge and the topic.
 *
 * There is no dead-letter queue: EventBridge tries for a day, and what a queue would catch is one of the watched parts.
 */
export class WatchRules extends Construct {
  constructor(scope: Construct, id: string, props: WatchRulesProps) {
    super(scope, id);
    const { standIns, topicArn, words, characters } = props;
    const patterns = composeWatchPatterns(listWatchedCalls(props.parts), { words, characters });
    for (const [index, { outcome, pattern }] of patterns.entries()) {
      const number = String(index + 1).padStart(2, '0');
      const { paths, template } = composeWatchMessage(outcome);
      new CfnRule(this, `Rule${number}`, {
        name: `${WATCH_RULE_STEM}${props.name}-${number}`,
        description: DESCRIPTIONS[outcome],
        state: 'ENABLED',
        eventPattern: standIns.replaceIn(pattern),
        targets: [
          {
            id: 'Topic',
            arn: topicArn,
            inputTransformer: { inputPathsMap: { ...paths }, inputTemplate: template },
          },
        ],
      });
    }
  }
}

/** The fixed ARN of the topic of the watch: stacks that are deployed after the guard's need no export of it. */
export function composeWatchTopicArn(stack: Stack): string {
  return stack.formatArn({ service: 'sns', resource: WATCH_TOPIC_NAME });
}

/** There is one guard in an account and Region, so its topic can have a fixed name. */
export const WATCH_TOPIC_NAME = 'invokeguard-watch';

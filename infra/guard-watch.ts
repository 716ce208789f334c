import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { parseArn } from '../core/arn.ts';
import type { TrailName, WatchedParts } from '../core/pattern/watched-call.ts';
import { subscribeEmails } from './alert-topic.ts';
import { NameStandIns } from './name-stand-ins.ts';
import { WATCH_RULE_STEM, WATCH_TOPIC_NAME, WatchRules } from './watch-rules.ts';
import { findParts, nameKey, placeOf } from './watched-parts.ts';

/** What the watch over the guard needs to know. */
export interface GuardWatchProps {
  /** All parts below it are watched. */
  readonly guard: IConstruct;
  readonly alertTopic: ITopic;
  readonly emails: readonly string[];
  readonly encryptionKey: IKey | undefined;
  /** The ARN of a trail that the app does not make; `elsewhere` where the app's own has a watch of its own. */
  readonly trail:
    | { readonly kind: 'existing'; readonly arn: string }
    | { readonly kind: 'any' | 'elsewhere' };
  /** What the names of parts in other stacks of the guard have in common; see `WatchTerms`. */
  readonly otherStacks: readonly string[];
  readonly characters: number;
}

/**
 * Tells of tampering with the guard: from EventBridge to a topic of its own, so that nothing which was touched has to
 * work for it. A second pair of rules sends what is done to the first and to its topic to the topic for alerts.
 *
 * The topic has no customer key: who disables the key of everything else must not silence the news of it.
 */
export class GuardWatch extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: GuardWatchProps) {
    super(scope, id);
    const { alertTopic, characters } = props;
    const stack = Stack.of(this);
    const standIns = new NameStandIns(stack);
    const parts = composeGuardParts(stack, props, standIns);
    this.topic = new Topic(this, 'Topic', {
      topicName: WATCH_TOPIC_NAME,
      displayName: 'Invokeguard watch',
      enforceSSL: true,
    });
    allowEventsToPublish(this.topic);
    allowEventsToPublish(alertTopic);
    subscribeEmails(this.topic, props.emails);
    new WatchRules(this, 'First', {
      name: 'guard',
      parts,
      standIns,
      words: composeWords(stack, props, parts, standIns),
      characters,
      topicArn: this.topic.topicArn,
    });
    new WatchRules(this, 'Second', {
      name: 'second',
      parts: {
        ...NO_PARTS,
        rules: [{ prefix: WATCH_RULE_STEM }],
        topicArns: [composeTopicArn(stack, standIns)],
      },
      standIns,
      words: [],
      characters,
      topicArn: alertTopic.topicArn,
    });
  }
}

const NO_PARTS: WatchedParts = {
  trails: [],
  buckets: [],
  keyIds: [],
  fixedNames: null,
  rules: [],
  mappings: [],
  queues: [],
  topicArns: [],
  tables: [],
  tableArns: [],
  logGroups: [],
  alarms: [],
  stacks: [],
};

/** The guard's parts, apart from the topic of the watch itself, of which the second rules tell. */
function composeGuardParts(
  stack: Stack,
  { guard, alertTopic, encryptionKey, trail }: GuardWatchProps,
  standIns: NameStandIns,
): WatchedParts {
  const found = findParts(guard, standIns);
  const alerts = standIns.standFor(alertTopic.topicArn, LONGEST_TOPIC_ARN);
  return {
    ...found,
    trails: trail.kind === 'any' ? 'any' : trail.kind === 'existing' ? [nameTrail(trail.arn)] : found.trails,
    keyIds: [...new Set([...found.keyIds, ...nameKey(encryptionKey, standIns)])],
    topicArns: [...new Set([...found.topicArns, alerts])],
    fixedNames: placeOf(stack, standIns),
  };
}

const LONGEST_TOPIC_ARN = 320;

function nameTrail(arn: string): TrailName {
  return { arn, name: parseArn(arn)?.resource.replace(/^trail\//, '') ?? arn };
}

function composeTopicArn(stack: Stack, standIns: NameStandIns): string {
  const { partition, region, account } = placeOf(stack, standIns);
  return `arn:${partition}:sns:${region}:${account}:${WATCH_TOPIC_NAME}`;
}

/**
 * What the names of the guard's parts have in common. CloudFormation begins the names that it makes with the stack's
 * name, and those of buckets in small letters.
 */
function composeWords(
  stack: Stack,
  { otherStacks, trail }: GuardWatchProps,
  parts: WatchedParts,
  standIns: NameStandIns,
): readonly string[] {
  const names = [stack.stackName, ...otherStacks].map((name) => standIns.standFor(name, 128));
  const words = [
    'invokeguard',
    ...names,
    ...names.map((name) => name.toLowerCase()),
    ...parts.keyIds,
    ...(trail.kind === 'existing' ? [trail.arn] : []),
  ];
  const distinct = [...new Set(words)];
  return distinct.filter((word) => !distinct.some((other) => other !== word && word.includes(other)));
}

/**
 * Lets EventBridge publish to a topic. Without a condition, because SNS takes none in a statement for EventBridge; a
 * topic is a target only of rules in its own account.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
function allowEventsToPublish(topic: ITopic): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'WatchPublishes',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
    }),
  );
}

import { type CfnResource, CfnResource as Resource, Stack, Token } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnKey, type IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { LONGEST_PLACE } from '../core/guard.ts';
import { FIXED_NAME_STEM } from '../core/pattern/watch-catalogue.ts';
import type { StackName, TextTest, TrailName, WatchedParts } from '../core/pattern/watched-call.ts';
import type { NameStandIns } from './name-stand-ins.ts';

/** What AWS takes for a stack's name. */
const LONGEST_STACK_NAME = 128;
/** What CloudFormation adds to a name that it makes: two dashes and thirteen characters. */
const NAME_ENDING = 15;
const UUID_LENGTH = 36;

/** What of a construct's parts the calls on them can name, each text known or a stand-in. */
export type FoundParts = Omit<WatchedParts, 'fixedNames' | 'keyIds'> & {
  readonly trails: readonly TrailName[];
  readonly keyIds: readonly string[];
};

/**
 * Finds all parts of kinds that are watched below a construct, so that a part that is added there is watched without
 * being listed again. Parts that are made later are not found.
 */
export function findParts(scope: IConstruct, standIns: NameStandIns): FoundParts {
  const stack = Stack.of(scope);
  const all = scope.node.findAll();
  const pick = <Kind extends CfnResource>(kind: abstract new (...args: never[]) => Kind): readonly Kind[] =>
    all.filter((child): child is Kind => Resource.isCfnResource(child) && child instanceof kind);
  const nameOf = (resource: CfnResource, text: string | undefined, longest: number): string =>
    standIns.standFor(readName(stack, text) ?? resource.ref, Math.min(longest, measureName(stack, resource)));
  const arnOf = (resource: CfnResource, arn: string, longest: number): string =>
    standIns.standFor(arn, measureArnStem(stack) + Math.min(longest, measureName(stack, resource)));
  const account = standIns.standFor(stack.account, LONGEST_PLACE.account.length);
  const tables = pick(CfnTable);
  return {
    trails: pick(CfnTrail).map((trail) => nameTrail(stack, trail, standIns)),
    buckets: pick(CfnBucket).map((bucket) => nameOf(bucket, bucket.bucketName, 63)),
    keyIds: pick(CfnKey).map((key) => standIns.standFor(key.ref, UUID_LENGTH)),
    rules: pick(CfnRule)
      .filter(({ name }) => readName(stack, name)?.startsWith(FIXED_NAME_STEM) !== true)
      .map((rule) => nameOf(rule, rule.name, 64)),
    mappings: pick(CfnEventSourceMapping).map(({ ref }) => standIns.standFor(ref, UUID_LENGTH)),
    queues: pick(CfnQueue).map((queue) => `${account}/${nameOf(queue, queue.attrQueueName, 80)}`),
    topicArns: pick(CfnTopic).map((topic) => arnOf(topic, topic.ref, 256)),
    tables: tables.map((table) => nameOf(table, table.ref, 255)),
    tableArns: tables.map((table) => arnOf(table, table.attrArn, 255)),
    logGroups: pick(CfnLogGroup).map((group) => nameOf(group, group.logGroupName, 512)),
    alarms: nameAlarms(stack, pick(CfnAlarm), standIns),
    stacks: [nameStack(stack, standIns)],
  };
}

/** The name that a part was given; `undefined` where CloudFormation makes one, for which CDK may have a token too. */
function readName(stack: Stack, text: string | undefined): string | undefined {
  const known: unknown = stack.resolve(text);
  return known === undefined ? undefined : text;
}

/**
 * Alarms are many, and so told by the beginning that CloudFormation gives all their names: that of the stack, and what
 * their logical ids have in common. Where the stack's name is not known, each by its own.
 */
function nameAlarms(stack: Stack, alarms: readonly CfnAlarm[], standIns: NameStandIns): readonly TextTest[] {
  const made = alarms.filter(({ alarmName }) => readName(stack, alarmName) === undefined);
  const given = alarms.flatMap(({ alarmName }) => readName(stack, alarmName) ?? []);
  if (Token.isUnresolved(stack.stackName))
    return [...given, ...made.map(({ ref }) => standIns.standFor(ref, 255))];
  const ids = made.map(({ logicalId }) => String(stack.resolve(logicalId)));
  return ids.length === 0 ? given : [...given, { prefix: `${stack.stackName}-${findCommonStem(ids)}` }];
}

function findCommonStem(texts: readonly string[]): string {
  return texts.reduce((stem, text) => {
    let end = 0;
    while (end < stem.length && stem[end] === text[end]) end += 1;
    return stem.slice(0, end);
  });
}

/** A key that is not made below the construct, by its id; nothing where there is none. */
export function nameKey(key: IKey | undefined, standIns: NameStandIns): readonly string[] {
  return key === undefined ? [] : [standIns.standFor(key.keyId, UUID_LENGTH)];
}

function nameTrail(stack: Stack, trail: CfnTrail, standIns: NameStandIns): TrailName {
  const name = standIns.standFor(readName(stack, trail.trailName) ?? trail.ref, 128);
  return { name, arn: `${composeArnStem(stack, 'cloudtrail', standIns)}trail/${name}` };
}

function nameStack(stack: Stack, standIns: NameStandIns): StackName {
  const name = standIns.standFor(stack.stackName, LONGEST_STACK_NAME);
  return { name, arnStem: `${composeArnStem(stack, 'cloudformation', standIns)}stack/${name}/` };
}

function composeArnStem(stack: Stack, service: string, standIns: NameStandIns): string {
  const { partition, region, account } = placeOf(stack, standIns);
  return `arn:${partition}:${service}:${region}:${account}:`;
}

/** The place of a stack's functions, roles and rules. */
export function placeOf(stack: Stack, standIns: NameStandIns): typeof LONGEST_PLACE {
  return {
    partition: standIns.standFor(stack.partition, LONGEST_PLACE.partition.length),
    region: standIns.standFor(stack.region, LONGEST_PLACE.region.length),
    account: standIns.standFor(stack.account, LONGEST_PLACE.account.length),
  };
}

/** The most characters of a name that CloudFormation makes: of the stack's, of the logical id, and an ending. */
function measureName(stack: Stack, resource: CfnResource): number {
  const stackName = Token.isUnresolved(stack.stackName) ? LONGEST_STACK_NAME : stack.stackName.length;
  return stackName + String(stack.resolve(resource.logicalId)).length + NAME_ENDING;
}

/** `arn:aws-partition:dynamodb:longest-region-name:111122223333:table/`, or what is shorter. */
function measureArnStem(stack: Stack): number {
  const region = Token.isUnresolved(stack.region) ? LONGEST_PLACE.region : stack.region;
  return `arn:${LONGEST_PLACE.partition}:dynamodb:${region}:${LONGEST_PLACE.account}:table/`.length;
}

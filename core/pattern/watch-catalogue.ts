import type { FunctionPlace } from '../guard.ts';
import type { CallTest, NamingField, TextTest, WatchedCalls, WatchedParts } from './watched-call.ts';

/** With this begin the fixed names of the guard's functions, roles and rules. */
export const FIXED_NAME_STEM = 'invokeguard-';

/**
 * Lists the calls that touch the parts. Whole families of calls stand by what their names begin with: an alert too many
 * is better than one too few.
 *
 * `core/change/part-calls.ts` knows many of the same calls in another way: one by one, each with what it does, for
 * parts of which only names like the app's are known. Here the parts are known exactly, nothing is judged, and what
 * counts is characters: a pattern has room for the beginnings of names, not for all of them. A test holds both together.
 *
 * Through CloudFormation only those calls are left out that an update of the guard's own stack makes in numbers, on
 * resources that CloudFormation is taken to let no other stack own. A policy of a queue, a topic, a role or a bucket can be
 * written by any stack, and Cloud Control writes through CloudFormation as well, so that its calls are watched instead.
 */
export function listWatchedCalls(parts: WatchedParts): readonly WatchedCalls[] {
  return [
    ...listTrailCalls(parts),
    ...listStoreCalls(parts),
    ...listRuleCalls(parts),
    ...listFunctionCalls(parts),
    ...listDeliveryCalls(parts),
    ...listStackCalls(parts),
  ].filter(({ fields, eventSource }) => fields.length > 0 || eventSource === 'cloudtrail.amazonaws.com');
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html */
function listTrailCalls({ trails }: WatchedParts): readonly WatchedCalls[] {
  const calls = [
    'StopLogging',
    'DeleteTrail',
    'UpdateTrail',
    'PutEventSelectors',
    { prefix: 'PutEventConf' },
  ];
  if (trails === 'any') return [watch('cloudtrail', calls, [])];
  if (trails.length === 0) return [];
  const texts = trails.flatMap(({ name, arn }) => [name, arn]);
  return [watch('cloudtrail', calls, [ask('name', texts), ask('trailName', texts)])];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html */
function listStoreCalls({
  buckets,
  keyIds,
  tables,
  tableArns,
  logGroups,
}: WatchedParts): readonly WatchedCalls[] {
  const keys = keyIds.flatMap((id) => [id, { suffix: `:key/${id}` }]);
  return [
    watch('s3', [{ prefix: 'PutBucket' }, { prefix: 'DeleteBucket' }], name('bucketName', buckets)),
    watch(
      'kms',
      [
        { prefix: 'Disable' },
        { prefix: 'Schedule' },
        { prefix: 'PutKey' },
        'RevokeGrant',
        'RetireGrant',
        { prefix: 'DeleteImp' },
      ],
      name('keyId', keys),
    ),
    watch(
      'dynamodb',
      // Never `DeleteItem` or `UpdateItem`: where a trail logs the calls on items, the guard's own would be told by the hundred.
      ['DeleteT', 'DeleteR', 'UpdateT', 'UpdateC', 'UpdateG', 'PutRes'].map((prefix) => ({
        prefix,
      })),
      // Some of these calls take the ARN for the name, and those on policies take nothing else.
      [...name('tableName', [...tables, ...tableArns]), ...name('resourceArn', tableArns)],
    ),
    watch(
      'logs',
      [{ prefix: 'Delete' }, { prefix: 'Disassociate' }, { prefix: 'PutRet' }, { prefix: 'PutSub' }],
      name('logGroupName', logGroups),
    ),
  ];
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */
function listRuleCalls({ fixedNames, rules }: WatchedParts): readonly WatchedCalls[] {
  const texts = [...listFixed(fixedNames, ''), ...rules];
  return [
    watch('events', ['DisableRule', 'DeleteRule'], name('name', texts)),
    watch('events', ['RemoveTargets'], name('rule', texts)),
    watch('events', ['PutRule'], name('name', texts), 'leftOut'),
    watch('events', ['PutTargets'], name('rule', texts), 'leftOut'),
  ];
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html */
function listFunctionCalls({ fixedNames, mappings }: WatchedParts): readonly WatchedCalls[] {
  const ownArns = listFixed(fixedNames, writeArnStem(fixedNames, 'lambda', 'function:'));
  // A function may be named by its name, or by the end of its ARN from any part on, each with a qualifier behind it.
  const account = `${fixedNames?.account ?? ''}:`;
  const places = ['', account, `${fixedNames?.region ?? ''}:${account}`];
  const ends = places.flatMap((place) => [place, `${place}function:`]);
  const names = [...ends.flatMap((end) => listFixed(fixedNames, end)), ...ownArns];
  return [
    watch(
      'lambda',
      [
        { prefix: 'UpdateFunctionE' },
        { prefix: 'UpdateFunctionU' },
        { prefix: 'DeleteF' },
        { prefix: 'PutF' },
        { prefix: 'PutR' },
        { prefix: 'AddP' },
        { prefix: 'RemoveP' },
        { prefix: 'DeleteR' },
        { prefix: 'CreateF' },
      ],
      [...name('functionName', names), ...name('resourceArn', ownArns)],
    ),
    watch('lambda', [{ prefix: 'UpdateFunctionCo' }], name('functionName', names), 'leftOut'),
    watch(
      'lambda',
      ['Create', 'Update', 'Delete'].map((verb) => ({ prefix: `${verb}EventS` })),
      [
        ...name('functionName', names),
        // CloudTrail writes a field's first letter small: `UUID` becomes `uUID`.
        ...name('uUID', mappings),
        ...name('uuid', mappings),
        ...(ownArns.length === 0 ? [] : [{ path: ['responseElements', 'functionArn'], texts: ownArns }]),
      ],
    ),
    watch(
      'iam',
      [
        ...['PutRole', 'DeleteRole', 'AttachRole', 'DetachRole', 'UpdateRole'].map((prefix) => ({ prefix })),
        'UpdateAssumeRolePolicy',
      ],
      // IAM keeps no two names apart that differ in case only.
      name('roleName', fixedNames === null ? [] : [{ prefix: { 'equals-ignore-case': FIXED_NAME_STEM } }]),
    ),
  ];
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/logging-using-cloudtrail.html */
function listDeliveryCalls({ queues, topicArns, alarms }: WatchedParts): readonly WatchedCalls[] {
  const subscriptions = topicArns.map((arn) => ({ prefix: `${arn}:` }));
  return [
    watch(
      'sqs',
      ['SetQueueAttributes', 'DeleteQueue', 'PurgeQueue', 'AddPermission', 'RemovePermission'],
      name(
        'queueUrl',
        queues.map((queue) => ({ suffix: `/${queue}` })),
      ),
    ),
    watch(
      'sns',
      [
        { prefix: 'Set' },
        { prefix: 'Delete' },
        { prefix: 'PutD' },
        'AddPermission',
        'RemovePermission',
        'Subscribe',
        'Unsubscribe',
      ],
      [
        ...name('topicArn', topicArns),
        ...name('resourceArn', topicArns),
        ...name('subscriptionArn', subscriptions),
      ],
    ),
    watch(
      'monitoring',
      ['DeleteAlarms', 'DisableAlarmActions', 'SetAlarmState'],
      [...name('alarmNames', alarms), ...name('alarmName', alarms)],
    ),
    watch('monitoring', ['PutMetricAlarm'], name('alarmName', alarms), 'leftOut'),
  ];
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-api-logging-cloudtrail.html */
function listStackCalls({ stacks, fixedNames, rules, alarms }: WatchedParts): readonly WatchedCalls[] {
  const texts = stacks.flatMap(({ name: stack, arnStem }) => [stack, { prefix: arnStem }]);
  const calls = [
    'UpdateStack',
    'DeleteStack',
    'ExecuteChangeSet',
    'SetStackPolicy',
    'RollbackStack',
    'UpdateTerminationProtection',
  ];
  return [
    watch('cloudformation', calls, name('stackName', texts)),
    // What Cloud Control calls in turn comes from CloudFormation, so this stands for the calls that are left out there.
    watch(
      'cloudcontrolapi',
      ['UpdateResource', 'DeleteResource'],
      name('identifier', [
        ...listFixed(fixedNames, ''),
        ...listFixed(fixedNames, writeArnStem(fixedNames, 'events', 'rule/')),
        ...rules.flatMap((rule) => (typeof rule === 'string' ? [{ suffix: `:rule/${rule}` }] : [])),
        ...alarms,
      ]),
    ),
  ];
}

/** The test for fixed names with a text before them; none where no fixed names are watched. */
function listFixed(place: FunctionPlace | null, before: string): readonly TextTest[] {
  return place === null ? [] : [{ prefix: `${before}${FIXED_NAME_STEM}` }];
}

function writeArnStem(place: FunctionPlace | null, service: string, before: string): string {
  return place === null ? '' : `arn:${place.partition}:${service}:${place.region}:${place.account}:${before}`;
}

function watch(
  service: string,
  calls: readonly CallTest[],
  fields: readonly NamingField[],
  throughCloudFormation: WatchedCalls['throughCloudFormation'] = 'told',
): WatchedCalls {
  return { eventSource: `${service}.amazonaws.com`, calls, fields, throughCloudFormation };
}

function ask(parameter: string, texts: NamingField['texts']): NamingField {
  return { path: ['requestParameters', parameter], texts };
}

/** A parameter that names a part; nothing where there is no part. */
function name(parameter: string, texts: NamingField['texts']): readonly NamingField[] {
  return texts.length === 0 ? [] : [ask(parameter, texts)];
}

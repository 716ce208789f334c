import type { CallOutcome } from './watch-patterns.ts';

/** How EventBridge makes a message of an event: paths of values, and a template that names them. */
export interface WatchMessage {
  readonly paths: Readonly<Record<string, string>>;
  /** Lines in double quotes, as EventBridge wants text that is no JSON. */
  readonly template: string;
}

/** Parameters that name a part; a call has one or two of them, and EventBridge writes nothing for the others. */
const NAMING_PARAMETERS: readonly string[] = [
  'functionName',
  'uUID',
  'roleName',
  'name',
  'trailName',
  'rule',
  'queueUrl',
  'topicArn',
  'subscriptionArn',
  'resourceArn',
  'tableName',
  'bucketName',
  'keyId',
  'logGroupName',
  'alarmName',
  'stackName',
  'identifier',
];

const PATHS: Readonly<Record<string, string>> = {
  call: '$.detail.eventName',
  service: '$.detail.eventSource',
  by: '$.detail.userIdentity.arn',
  byAccount: '$.detail.userIdentity.accountId',
  through: '$.detail.userIdentity.invokedBy',
  from: '$.detail.sourceIPAddress',
  at: '$.detail.eventTime',
  error: '$.detail.errorCode',
  id: '$.detail.eventID',
  account: '$.detail.recipientAccountId',
  region: '$.detail.awsRegion',
  alarms: '$.detail.requestParameters.alarmNames',
  ...Object.fromEntries(
    NAMING_PARAMETERS.map((parameter) => [parameter, `$.detail.requestParameters.${parameter}`]),
  ),
};

/** What became of the call, in the first words of the message. */
const FIRST_LINES: Readonly<Record<CallOutcome, string>> = {
  wentThrough: 'Invokeguard: a part of the guard was changed. <call> of <service> went through.',
  refused:
    'Invokeguard: somebody tried to change a part of the guard. <call> of <service> was refused: <error>.',
};

/** What a person should do first. The place in the runbook is the service's. */
const LAST_LINES: Readonly<Record<CallOutcome, string>> = {
  wentThrough: 'If this was not you or a deployment: docs/runbook.md#watch-<service>',
  refused: 'Nothing was changed. Find out who it was: docs/runbook.md#watch-refused',
};

/**
 * Composes the message for calls of one outcome. Only values that AWS itself keeps to a narrow alphabet are told, since
 * EventBridge escapes nothing: ARNs, names, times, addresses, ids; no user agent, policy or message of an error.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function composeWatchMessage(outcome: CallOutcome): WatchMessage {
  const lines = [
    FIRST_LINES[outcome],
    `On: ${NAMING_PARAMETERS.map((parameter) => `<${parameter}>`).join(' ')} <alarms>`,
    'By: <by> (account <byAccount>) <through>',
    'From: <from>',
    'At: <at>',
    'Event: <id>, in account <account>, Region <region>',
    LAST_LINES[outcome],
  ];
  const used = Object.entries(PATHS).filter(([key]) => lines.some((line) => line.includes(`<${key}>`)));
  return { paths: Object.fromEntries(used), template: lines.map((line) => `"${line}"`).join('\n') };
}

import type { GuardPart, PartStep } from './guard-part.ts';

/** Calls of one service on parts of one kind. */
export interface PartCalls {
  readonly part: GuardPart;
  readonly eventSource: string;
  /** Request parameters that name the part, or several of them, in any form: name, ARN or URL. */
  readonly namedBy: readonly string[];
  readonly calls: Readonly<Record<string, PartStep>>;
}

/**
 * The calls that weaken a part, by service. The table says nothing of what the call asks for: raising a queue's
 * retention is told like shortening it.
 *
 * `core/pattern/watch-catalogue.ts` has these calls once more, by how their names begin: its patterns, which have little
 * room, tell of the call and leave it to the reader what it does, and this table says that. A test holds both together.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
 */
export const PART_CALLS: readonly PartCalls[] = [
  {
    part: 'queue',
    eventSource: 'sqs.amazonaws.com',
    namedBy: ['queueUrl', 'sourceArn'],
    calls: {
      DeleteQueue: 'deleted',
      PurgeQueue: 'emptied',
      StartMessageMoveTask: 'emptied',
      SetQueueAttributes: 'settingsChanged',
      AddPermission: 'accessChanged',
      RemovePermission: 'accessChanged',
    },
  },
  {
    part: 'topic',
    eventSource: 'sns.amazonaws.com',
    namedBy: ['topicArn', 'subscriptionArn', 'resourceArn'],
    calls: {
      DeleteTopic: 'deleted',
      SetTopicAttributes: 'settingsChanged',
      AddPermission: 'accessChanged',
      RemovePermission: 'accessChanged',
      PutDataProtectionPolicy: 'settingsChanged',
      Subscribe: 'audienceChanged',
      Unsubscribe: 'audienceChanged',
      SetSubscriptionAttributes: 'audienceChanged',
    },
  },
  {
    part: 'table',
    eventSource: 'dynamodb.amazonaws.com',
    namedBy: ['tableName', 'resourceArn', 'backupArn', 'globalTableName'],
    calls: {
      DeleteTable: 'deleted',
      DeleteBackup: 'deleted',
      UpdateTable: 'settingsChanged',
      UpdateGlobalTable: 'settingsChanged',
      UpdateTimeToLive: 'settingsChanged',
      UpdateContinuousBackups: 'settingsChanged',
      PutResourcePolicy: 'accessChanged',
      DeleteResourcePolicy: 'accessChanged',
    },
  },
  {
    part: 'role',
    eventSource: 'iam.amazonaws.com',
    namedBy: ['roleName'],
    calls: {
      CreateRole: 'rewritten',
      DeleteRole: 'deleted',
      UpdateAssumeRolePolicy: 'accessChanged',
      UpdateRole: 'settingsChanged',
      PutRolePolicy: 'rightsChanged',
      DeleteRolePolicy: 'rightsChanged',
      AttachRolePolicy: 'rightsChanged',
      DetachRolePolicy: 'rightsChanged',
      PutRolePermissionsBoundary: 'rightsChanged',
      DeleteRolePermissionsBoundary: 'rightsChanged',
    },
  },
  {
    part: 'logBucket',
    eventSource: 's3.amazonaws.com',
    namedBy: ['bucketName'],
    calls: {
      DeleteBucket: 'deleted',
      PutBucketPolicy: 'accessChanged',
      DeleteBucketPolicy: 'accessChanged',
      PutBucketAcl: 'accessChanged',
      PutBucketPublicAccessBlock: 'accessChanged',
      DeleteBucketPublicAccessBlock: 'accessChanged',
      PutBucketOwnershipControls: 'accessChanged',
      DeleteBucketOwnershipControls: 'accessChanged',
      PutBucketLifecycle: 'settingsChanged',
      PutBucketLifecycleConfiguration: 'settingsChanged',
      DeleteBucketLifecycle: 'settingsChanged',
      PutBucketEncryption: 'settingsChanged',
      DeleteBucketEncryption: 'settingsChanged',
      PutBucketVersioning: 'settingsChanged',
      PutBucketObjectLockConfiguration: 'settingsChanged',
      PutBucketReplication: 'settingsChanged',
      DeleteBucketReplication: 'settingsChanged',
      PutBucketRequestPayment: 'settingsChanged',
      PutBucketLogging: 'settingsChanged',
      PutBucketNotification: 'audienceChanged',
      PutBucketNotificationConfiguration: 'audienceChanged',
    },
  },
  {
    part: 'logGroup',
    eventSource: 'logs.amazonaws.com',
    namedBy: ['logGroupName', 'logGroupIdentifier', 'resourceIdentifier'],
    calls: {
      DeleteLogGroup: 'deleted',
      DeleteLogStream: 'emptied',
      PutRetentionPolicy: 'settingsChanged',
      DeleteRetentionPolicy: 'settingsChanged',
      AssociateKmsKey: 'settingsChanged',
      DisassociateKmsKey: 'settingsChanged',
      DeleteMetricFilter: 'audienceChanged',
      PutSubscriptionFilter: 'audienceChanged',
      DeleteSubscriptionFilter: 'audienceChanged',
    },
  },
  {
    part: 'alarm',
    eventSource: 'monitoring.amazonaws.com',
    namedBy: ['alarmName', 'alarmNames'],
    calls: {
      DeleteAlarms: 'deleted',
      DisableAlarmActions: 'silenced',
      SetAlarmState: 'silenced',
      PutMetricAlarm: 'rewritten',
      PutCompositeAlarm: 'rewritten',
    },
  },
  {
    // Most calls name a key by its id alone, which says nothing: only where an alias, a description or a policy tells.
    part: 'key',
    eventSource: 'kms.amazonaws.com',
    namedBy: ['aliasName', 'description', 'keyId', 'policy'],
    calls: {
      DisableKey: 'settingsChanged',
      ScheduleKeyDeletion: 'deleted',
      DeleteImportedKeyMaterial: 'deleted',
      PutKeyPolicy: 'accessChanged',
      RevokeGrant: 'accessChanged',
      RetireGrant: 'accessChanged',
      UpdateKeyDescription: 'settingsChanged',
      DeleteAlias: 'settingsChanged',
      UpdateAlias: 'settingsChanged',
    },
  },
  {
    part: 'stack',
    eventSource: 'cloudformation.amazonaws.com',
    namedBy: ['stackName', 'changeSetName'],
    calls: {
      UpdateStack: 'deployed',
      DeleteStack: 'deployed',
      ExecuteChangeSet: 'deployed',
      RollbackStack: 'deployed',
      CancelUpdateStack: 'deployed',
      ContinueUpdateRollback: 'deployed',
      SetStackPolicy: 'settingsChanged',
      UpdateTerminationProtection: 'settingsChanged',
    },
  },
  {
    // What changes neither a function nor who may call it, and so is nothing to other functions.
    part: 'function',
    eventSource: 'lambda.amazonaws.com',
    namedBy: ['functionName', 'resourceArn'],
    calls: {
      PutFunctionEventInvokeConfig: 'settingsChanged',
      UpdateFunctionEventInvokeConfig: 'settingsChanged',
      DeleteFunctionEventInvokeConfig: 'settingsChanged',
      PutFunctionCodeSigningConfig: 'settingsChanged',
      DeleteFunctionCodeSigningConfig: 'settingsChanged',
      PutFunctionRecursionConfig: 'settingsChanged',
      PutFunctionScalingConfig: 'settingsChanged',
      PutProvisionedConcurrencyConfig: 'settingsChanged',
      DeleteProvisionedConcurrencyConfig: 'settingsChanged',
      PutRuntimeManagementConfig: 'settingsChanged',
    },
  },
  {
    part: 'resource',
    eventSource: 'cloudcontrolapi.amazonaws.com',
    namedBy: ['identifier'],
    calls: { UpdateResource: 'settingsChanged', DeleteResource: 'deleted' },
  },
];

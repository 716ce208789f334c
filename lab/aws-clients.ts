import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Certificate } from './certificate.ts';
import type { Keys } from './child-environment.ts';
import { LAB_REGION } from './local-aws.ts';

/** Where a local AWS answers, and what its clients must trust if it speaks TLS. */
export interface Address {
  readonly endpoint: string;
  readonly certificate?: Certificate;
}

/** SDK clients of one principal of the local AWS. */
export interface AwsClients {
  readonly cloudformation: CloudFormationClient;
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly sts: STSClient;
}

/** Makes clients that sign with these keys and reach the local AWS only. */
export function connectAs(aws: Address, keys: Keys): AwsClients {
  const config = {
    endpoint: aws.endpoint,
    region: LAB_REGION,
    credentials: keys,
    maxAttempts: 1,
    ...(aws.certificate === undefined
      ? {}
      : { requestHandler: { httpsAgent: { ca: aws.certificate.pem, keepAlive: true } } }),
  };
  return {
    cloudformation: new CloudFormationClient(config),
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
}

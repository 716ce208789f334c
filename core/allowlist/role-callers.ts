import { generalizeService } from './service-principal.ts';

/**
 * How an AWS service reaches a function, seen from the function:
 * - `withRole`: with a role of yours, so that the caller in CloudTrail and in IAM is that role;
 * - `eitherWay`: as itself or with a role, depending on how the resource is set up;
 * - `polledByLambda`: never; Lambda polls it, and the caller is an event source mapping.
 */
export type ServiceCallPath = 'withRole' | 'eitherWay' | 'polledByLambda';

/** One AWS service that does not, or not always, call functions as a service principal. */
export interface RoleCaller {
  /** The service principal, such as `states.amazonaws.com`. */
  readonly service: string;
  readonly calls: ServiceCallPath;
  /** Where to find the role (or the source) that the allowlist has to name. */
  readonly lookFor: string;
  /** The AWS page that says so. */
  readonly origin: string;
}

/**
 * The services of which AWS documents that they call functions otherwise than as a service principal. A service that
 * is not listed here is taken to call as itself. `eitherWay` rows are there so that nobody refuses them by mistake.
 */
export const ROLE_CALLERS: readonly RoleCaller[] = [
  {
    service: 'states.amazonaws.com',
    calls: 'withRole',
    lookFor: "the state machine's execution role",
    origin: 'https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html',
  },
  {
    service: 'scheduler.amazonaws.com',
    calls: 'withRole',
    lookFor: "the execution role of the schedule's target",
    origin:
      'https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role',
  },
  {
    service: 'pipes.amazonaws.com',
    calls: 'withRole',
    lookFor: "the pipe's execution role",
    origin: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html',
  },
  {
    service: 'codepipeline.amazonaws.com',
    calls: 'withRole',
    lookFor: "the pipeline's service role, or the action's own role",
    origin: 'https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html',
  },
  {
    service: 'codedeploy.amazonaws.com',
    calls: 'withRole',
    lookFor: "the deployment group's service role",
    origin: 'https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambda.html',
  },
  {
    service: 'batchoperations.s3.amazonaws.com',
    calls: 'withRole',
    lookFor: "the batch job's role",
    origin: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html',
  },
  {
    service: 'firehose.amazonaws.com',
    calls: 'withRole',
    lookFor: "the Firehose stream's role",
    origin:
      'https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#access-to-firehose-lambda',
  },
  {
    service: 'ecs.amazonaws.com',
    calls: 'withRole',
    lookFor: "the role of the deployment's lifecycle hook",
    origin: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-permissions.html',
  },
  {
    service: 'rds.amazonaws.com',
    calls: 'withRole',
    lookFor: 'the role that the database cluster has for Lambda',
    origin:
      'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.Lambda.html',
  },
  {
    service: 'redshift.amazonaws.com',
    calls: 'withRole',
    lookFor: "the external function's `IAM_ROLE`",
    origin: 'https://docs.aws.amazon.com/redshift/latest/dg/udf-creating-a-lambda-sql-udf.html',
  },
  {
    service: 'cloudformation.amazonaws.com',
    calls: 'eitherWay',
    lookFor: 'a Lambda hook calls with its execution role; of custom resources AWS does not say',
    origin:
      'https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-prepare-to-create-hook.html',
  },
  {
    service: 'appsync.amazonaws.com',
    calls: 'eitherWay',
    lookFor: 'a data source calls with its service role, an authorizer as the service',
    origin: 'https://docs.aws.amazon.com/appsync/latest/APIReference/API_LambdaAuthorizerConfig.html',
  },
  {
    service: 'apigateway.amazonaws.com',
    calls: 'eitherWay',
    lookFor: 'an integration with `credentials` calls with that role, else as the service',
    origin:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html',
  },
  {
    service: 'events.amazonaws.com',
    calls: 'eitherWay',
    lookFor: 'a target with a role calls with that role, else as the service',
    origin: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html',
  },
  {
    service: 'sqs.amazonaws.com',
    calls: 'polledByLambda',
    lookFor: "the queue's ARN",
    origin: 'https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html',
  },
  {
    service: 'kinesis.amazonaws.com',
    calls: 'polledByLambda',
    lookFor: "the stream's ARN",
    origin: 'https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html',
  },
  {
    service: 'dynamodb.amazonaws.com',
    calls: 'polledByLambda',
    lookFor: "the table's stream ARN",
    origin: 'https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html',
  },
  {
    service: 'kafka.amazonaws.com',
    calls: 'polledByLambda',
    lookFor: "the cluster's ARN",
    origin: 'https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html',
  },
  {
    service: 'mq.amazonaws.com',
    calls: 'polledByLambda',
    lookFor: "the broker's ARN",
    origin: 'https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html',
  },
];

const BY_SERVICE = new Map(ROLE_CALLERS.map((row) => [row.service, row]));

/** Finds what is known of a service principal; its names with a Region or with China's suffix are the same service. */
export function findRoleCaller(service: string): RoleCaller | undefined {
  return BY_SERVICE.get(generalizeService(service));
}

import type { AwsClients } from './aws-clients.ts';
import { LAB_ACCOUNT, LAB_REGION } from './local-aws.ts';

/** Names of what the demo plays with; the allowlist and the CloudFormation template say the same. */
export const FUNCTION_NAME = 'thumbnailer';
export const FUNCTION_ARN = `arn:aws:lambda:${LAB_REGION}:${LAB_ACCOUNT}:function:${FUNCTION_NAME}`;
export const BUCKET_NAME = 'uploads';
/** The caller that nobody listed, and the statement of the function's policy that lets it in. */
export const INTRUDER_NAME = 'intruder';
export const PLANTED_SID = 'left-over-from-debugging';
/** Another caller that nobody listed, and that does not call; its grant is in the way of the allowlist all the same. */
export const CONTRACTOR_NAME = 'contractor';
export const CONTRACTOR_SID = 'contractor-project';
/** A colleague who may change the function's policy, and does. */
export const DEVELOPER_NAME = 'developer';
/** Where a trail would put its log files. */
export const LOG_BUCKET_NAME = 'trail-logs';
/** A caller of the second act that nobody listed, and that only its own IAM policy lets in. */
export const INSIDER_NAME = 'insider';
/** A listed caller. In the first act the function's policy alone lets it in, in the second its own IAM policy does. */
export const OPERATOR_NAME = 'ops';
export const OPERATOR_SID = 'ops-may-invoke';

/** The allowlist of the demo, as a person would write it. */
export const DEMO_ALLOWLIST = `version: 1
mode: enforce
functions:
  - name: ${FUNCTION_NAME}
    invokers:
      - service: s3.amazonaws.com
        sourceArn: arn:aws:s3:::${BUCKET_NAME}
        sourceAccount: "${LAB_ACCOUNT}"
      - user: ${composeUserArn(OPERATOR_NAME)}
`;

/** An IAM user of the demo that calls with access keys of its own. */
export interface CastUser {
  readonly userArn: string;
  readonly userId: string;
  readonly accessKeyId: string;
  readonly clients: AwsClients;
}

/** Who calls the function in the first act; none of them has an identity policy. */
export interface Cast {
  readonly intruder: CastUser;
  readonly contractor: CastUser;
  readonly operator: CastUser;
}

/** The ARN of an IAM user of the played account. */
export function composeUserArn(name: string): string {
  return `arn:aws:iam::${LAB_ACCOUNT}:user/${name}`;
}

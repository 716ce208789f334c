import { classifyFault, describeFault } from './sdk-fault.ts';

/** What S3 alone says, by its own names for it. */
const REASONS_BY_NAME: Readonly<Record<string, string>> = {
  InvalidObjectState: 'it is archived in another storage class: restore it first',
  NoSuchBucket: 'there is no such bucket',
  NoSuchKey: 'it is gone, deleted since it was listed',
  NotFound: 'there is no such bucket',
  PreconditionFailed: 'it was replaced while it was read',
};

/** Answers of a bucket that lies in another Region than the one it was asked in. */
const OTHER_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
]);

/** What a reader of logs needs; S3 asks for the last one itself where the objects are encrypted with a KMS key. */
export type S3Right = 's3:ListBucket' | 's3:GetObject';

/**
 * Says why S3 refused, what to do about it, and what S3 said.
 * @param right the IAM action that the request needs
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
 */
export function describeS3Fault(error: unknown, right: S3Right): string {
  const name = error instanceof Error ? error.name : '';
  if (Object.hasOwn(REASONS_BY_NAME, name)) return REASONS_BY_NAME[name] ?? '';
  const said = describeFault(error);
  if (OTHER_REGION.has(name)) {
    return `the bucket lies in another Region: set \`AWS_REGION\` to its Region (${said})`;
  }
  switch (classifyFault(error)) {
    case 'accessDenied':
      return `access denied: allow \`${right}\`${right === 's3:GetObject' ? ', and `kms:Decrypt` where a KMS key encrypts the logs' : ''} (${said})`;
    case 'credentials':
      return `no credentials that AWS accepts: check \`AWS_PROFILE\`, or sign in again (${said})`;
    case 'transient':
      return `S3 did not answer, or asks for fewer requests, after several tries (${said})`;
    default:
      return said;
  }
}

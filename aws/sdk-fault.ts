import { PermanentError, RetryableError } from '../containment/errors.ts';

/** What an error of the AWS SDK means for us, whatever the service called it. */
export type FaultKind =
  /** IAM says no. Never read as "the API is not there". */
  | 'accessDenied'
  /** The credentials themselves are not accepted: expired, or not yet known everywhere. */
  | 'credentials'
  /** Throttling, 5xx, a timeout, no network: the same call may work later. */
  | 'transient'
  /** The service's own `ResourceNotFoundException`. */
  | 'notFound'
  /** 409: somebody else is changing the resource, or the name is taken. */
  | 'conflict'
  /** 412: the RevisionId is not the current one. */
  | 'precondition'
  /** This endpoint does not know the operation. */
  | 'apiMissing'
  /** The service understood the request and will never take it. */
  | 'invalid'
  /** Not an answer of AWS that we know. */
  | 'other';

const KINDS_BY_NAME: Readonly<Record<string, FaultKind>> = {
  AccessDenied: 'accessDenied',
  AccessDeniedException: 'accessDenied',
  AuthorizationError: 'accessDenied',
  AuthorizationErrorException: 'accessDenied',
  KMSAccessDeniedException: 'accessDenied',
  CredentialsProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  UnrecognizedClientException: 'credentials',
  InternalServerError: 'transient',
  KMSThrottlingException: 'transient',
  ProvisionedThroughputExceededException: 'transient',
  RequestLimitExceeded: 'transient',
  ServiceException: 'transient',
  Throttled: 'transient',
  Throttling: 'transient',
  ThrottlingException: 'transient',
  TimeoutError: 'transient',
  TooManyRequestsException: 'transient',
  TransactionConflictException: 'transient',
  TransactionInProgressException: 'transient',
  NotFound: 'notFound',
  NotFoundException: 'notFound',
  ResourceNotFoundException: 'notFound',
  ResourceConflictException: 'conflict',
  ResourceInUseException: 'conflict',
  PreconditionFailedException: 'precondition',
  InvalidAction: 'apiMissing',
  MissingAuthenticationToken: 'apiMissing',
  MissingAuthenticationTokenException: 'apiMissing',
  NotImplementedException: 'apiMissing',
  UnknownOperationException: 'apiMissing',
  InvalidParameter: 'invalid',
  InvalidParameterException: 'invalid',
  InvalidParameterValueException: 'invalid',
  PolicyLengthExceededException: 'invalid',
  PublicPolicyException: 'invalid',
  ValidationException: 'invalid',
};

const KINDS_BY_STATUS: Readonly<Record<number, FaultKind>> = {
  403: 'accessDenied',
  404: 'apiMissing',
  405: 'apiMissing',
  409: 'conflict',
  412: 'precondition',
  413: 'invalid',
  429: 'transient',
  501: 'apiMissing',
};

const NETWORK_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * Decides what an error of the SDK means: by its name, then by its HTTP status, then by the socket's code. A 404
 * without AWS's name comes from something in front of the service that does not know the path.
 */
export function classifyFault(error: unknown): FaultKind {
  if (!(error instanceof Error)) return 'other';
  const named = Object.hasOwn(KINDS_BY_NAME, error.name) ? KINDS_BY_NAME[error.name] : undefined;
  if (named !== undefined) return named;
  const status = readStatus(error);
  const byStatus = status === undefined ? undefined : KINDS_BY_STATUS[status];
  if (byStatus !== undefined) return byStatus;
  if (status !== undefined && status >= 500) return 'transient';
  return 'code' in error && typeof error.code === 'string' && NETWORK_CODES.has(error.code)
    ? 'transient'
    : 'other';
}

function readStatus(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** What AWS said, on one line, for a reason or a message. */
export function describeFault(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ') : String(error);
}

/**
 * Throws what an error means for the work at hand: `PermanentError` where a person has to change something,
 * `RetryableError` where the same work may be delivered again, and the error itself where we do not know it.
 * `actions` are the IAM actions that the call needs.
 */
export function raiseFault(error: unknown, ...actions: readonly string[]): never {
  const said = describeFault(error);
  const named = actions.map((action) => `\`${action}\``).join(' with ');
  switch (classifyFault(error)) {
    case 'accessDenied':
      throw new PermanentError(
        'AccessDenied',
        `${named} is not allowed: allow it to the role or user that Invokeguard runs as (${said})`,
        { cause: error },
      );
    case 'credentials':
      throw new RetryableError('CredentialsRefused', `AWS does not accept the credentials (${said})`, {
        cause: error,
      });
    case 'transient':
    case 'conflict':
    case 'precondition':
      throw new RetryableError('ServiceUnavailable', `${named} did not get through (${said})`, {
        cause: error,
      });
    case 'notFound':
      throw new PermanentError('ResourceMissing', `${named} found nothing to act on (${said})`, {
        cause: error,
      });
    case 'apiMissing':
      throw new PermanentError('OperationMissing', `this endpoint does not know ${named} (${said})`, {
        cause: error,
      });
    case 'invalid':
      throw new PermanentError('RequestRefused', `${named} was refused (${said})`, { cause: error });
    case 'other':
      throw error;
  }
}

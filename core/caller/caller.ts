import { isAccountId, parseArn } from '../arn.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import type { LambdaInvocation } from '../record/invocation.ts';

/** An AWS service that called as itself. */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly service: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** A session of an IAM role; `invokedBy` names the service that used the role, if one did. */
export interface RoleCaller {
  readonly kind: 'role';
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly invokedBy?: string;
}

/** An IAM user. */
export interface UserCaller {
  readonly kind: 'user';
  readonly userArn: string;
  readonly invokedBy?: string;
}

/** An account's root user. */
export interface RootCaller {
  readonly kind: 'root';
  readonly account: string;
}

/** A caller from another account of whom the record tells nothing but the account. */
export interface AccountCaller {
  readonly kind: 'account';
  readonly account: string;
}

/** A federated user (GetFederationToken). */
export interface FederatedCaller {
  readonly kind: 'federated';
  readonly account: string;
  readonly arn: string;
}

/** Nobody in particular: a call through a function URL with AuthType NONE. */
export interface AnonymousCaller {
  readonly kind: 'anonymous';
}

/** Lambda's own poller, working for an event source mapping. */
export interface EventSourceMappingCaller {
  readonly kind: 'eventSourceMapping';
  readonly mappingArn: string;
}

/** A caller that the record does not let us name. Never contained. */
export interface UnknownCaller {
  readonly kind: 'unknown';
  /** What the record said, for the person who has to find out. */
  readonly seen: string;
}

/** Who called a function. */
export type Caller =
  | ServiceCaller
  | RoleCaller
  | UserCaller
  | RootCaller
  | AccountCaller
  | FederatedCaller
  | AnonymousCaller
  | EventSourceMappingCaller
  | UnknownCaller;

/** All of a call that says who made it. */
export type CallerFields = Pick<LambdaInvocation, 'userIdentity' | 'sourceArn' | 'sourceAccount'>;

/**
 * Names the immediate caller of an invocation.
 *
 * `invokedBy` alone does not make a service: roles borrowed through a service carry it too, so a service also needs
 * `type: AWSService`. A role is named by the role that issued the session (with its path), never by the session; of a
 * chain of roles that is the last one. Whatever the record does not certainly name is `unknown`.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function identifyCaller(invocation: CallerFields): Caller {
  const identity = invocation.userIdentity;
  if (identity === null) return { kind: 'unknown', seen: 'no userIdentity' };
  const type = asText(identity['type']);
  switch (type) {
    case 'AWSService':
      return identifyService(invocation, identity);
    case 'AssumedRole':
      return identifyRole(identity);
    case 'IAMUser':
      return identifyUser(identity);
    case 'Root':
      return identifyRoot(identity);
    case 'AWSAccount':
      return identifyAccount(identity);
    case 'FederatedUser':
      return identifyFederated(identity);
    default:
      return {
        kind: 'unknown',
        seen: type === null ? 'no userIdentity.type' : `userIdentity.type ${type}`,
      };
  }
}

/** The service principal of Lambda itself. */
export const LAMBDA_SERVICE = 'lambda.amazonaws.com';

function identifyService({ sourceArn, sourceAccount }: CallerFields, identity: JsonObject): Caller {
  const service = asText(identity['invokedBy']);
  if (service === null) return { kind: 'unknown', seen: 'userIdentity.type AWSService without invokedBy' };
  // CloudTrail writes `AWS Internal` where it does not say which service.
  if (!service.includes('.')) {
    return { kind: 'unknown', seen: `userIdentity.type AWSService with invokedBy ${service}` };
  }
  if (service === LAMBDA_SERVICE && sourceArn !== null && isMappingArn(sourceArn)) {
    return { kind: 'eventSourceMapping', mappingArn: sourceArn };
  }
  if (sourceArn === null) {
    return sourceAccount === null
      ? { kind: 'service', service }
      : { kind: 'service', service, sourceAccount };
  }
  return sourceAccount === null
    ? { kind: 'service', service, sourceArn }
    : { kind: 'service', service, sourceArn, sourceAccount };
}

/** True for the ARN of an event source mapping, which is what Lambda's pollers give as their source. */
export function isMappingArn(text: string): boolean {
  if (!text.includes(':event-source-mapping:')) return false;
  const arn = parseArn(text);
  return arn?.service === 'lambda' && arn.resource.startsWith('event-source-mapping:');
}

const ROLE_ARN = /^arn:[^:]+:iam:[^:]*:\d{12}:role\//;
const USER_ARN = /^arn:[^:]+:iam:[^:]*:\d{12}:user\//;
const SESSION = ':assumed-role/';

function identifyRole(identity: JsonObject): Caller {
  const issuer = asObject(asObject(identity['sessionContext'])?.['sessionIssuer']);
  const roleArn = asText(issuer?.['arn']);
  if (roleArn === null || !ROLE_ARN.test(roleArn)) {
    return {
      kind: 'unknown',
      seen: 'userIdentity.type AssumedRole without a role in sessionContext.sessionIssuer.arn',
    };
  }
  const sessionName = readSessionName(asText(identity['arn']) ?? '');
  const invokedBy = asText(identity['invokedBy']);
  const role =
    sessionName === ''
      ? ({ kind: 'role', roleArn } as const)
      : ({ kind: 'role', roleArn, sessionName } as const);
  return invokedBy === null ? role : { ...role, invokedBy };
}

/** All after the role's name in the ARN of a session; empty where the ARN is none. */
function readSessionName(arn: string): string {
  const start = arn.indexOf(SESSION);
  const slash = start < 0 ? -1 : arn.indexOf('/', start + SESSION.length);
  return slash < 0 ? '' : arn.slice(slash + 1);
}

function identifyUser(identity: JsonObject): Caller {
  const userArn = asText(identity['arn']);
  if (userArn === null || !USER_ARN.test(userArn)) {
    return { kind: 'unknown', seen: 'userIdentity.type IAMUser without a user ARN' };
  }
  const invokedBy = asText(identity['invokedBy']);
  return invokedBy === null ? { kind: 'user', userArn } : { kind: 'user', userArn, invokedBy };
}

function identifyRoot(identity: JsonObject): Caller {
  const account = asText(identity['accountId']) ?? readArnAccount(asText(identity['arn']));
  if (account === null || !isAccountId(account)) {
    return { kind: 'unknown', seen: 'userIdentity.type Root without an account' };
  }
  return { kind: 'root', account };
}

/** An account that is named stands above the word `anonymous`: whoever has an account is somebody. */
function identifyAccount(identity: JsonObject): Caller {
  const account = asText(identity['accountId']);
  if (account !== null && isAccountId(account)) return { kind: 'account', account };
  if (saysAnonymous(asText(identity['principalId'])) || saysAnonymous(account)) return { kind: 'anonymous' };
  return { kind: 'unknown', seen: `userIdentity.type AWSAccount with accountId ${account ?? 'absent'}` };
}

function saysAnonymous(text: string | null): boolean {
  return text?.toLowerCase() === 'anonymous';
}

function identifyFederated(identity: JsonObject): Caller {
  const arn = asText(identity['arn']);
  const account = readArnAccount(arn);
  if (arn === null || account === null || !isAccountId(account)) {
    return { kind: 'unknown', seen: 'userIdentity.type FederatedUser without an ARN' };
  }
  return { kind: 'federated', account, arn };
}

function readArnAccount(arn: string | null): string | null {
  return arn === null ? null : (parseArn(arn)?.account ?? null);
}

/** The account that a caller belongs to, where it has one. */
export function readCallerAccount(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'role':
      return parseArn(caller.roleArn)?.account;
    case 'user':
      return parseArn(caller.userArn)?.account;
    case 'root':
    case 'account':
    case 'federated':
      return caller.account;
    case 'service':
    case 'anonymous':
    case 'eventSourceMapping':
    case 'unknown':
      return undefined;
  }
}

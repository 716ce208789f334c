import { parseArn } from '../arn.ts';
import { type JsonObject, readObject, readText } from '../json.ts';
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
 * `type: AWSService`. A role is named by the role that issued the session (with its path), never by the session.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function identifyCaller(invocation: CallerFields): Caller {
  const identity = invocation.userIdentity;
  if (identity === null) return { kind: 'unknown', seen: 'no userIdentity' };
  const type = readText(identity, 'type');
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
        seen: type === undefined ? 'no userIdentity.type' : `userIdentity.type ${type}`,
      };
  }
}

function identifyService(invocation: CallerFields, identity: JsonObject): Caller {
  const service = readText(identity, 'invokedBy');
  if (service === undefined)
    return { kind: 'unknown', seen: 'userIdentity.type AWSService without invokedBy' };
  const { sourceArn, sourceAccount } = invocation;
  if (service === 'lambda.amazonaws.com' && sourceArn !== null && isMappingArn(sourceArn)) {
    return { kind: 'eventSourceMapping', mappingArn: sourceArn };
  }
  return {
    kind: 'service',
    service,
    ...(sourceArn === null ? {} : { sourceArn }),
    ...(sourceAccount === null ? {} : { sourceAccount }),
  };
}

/** True for the ARN of an event source mapping, which is what Lambda's pollers give as their source. */
export function isMappingArn(text: string): boolean {
  const arn = parseArn(text);
  return arn?.service === 'lambda' && arn.resource.startsWith('event-source-mapping:');
}

function identifyRole(identity: JsonObject): Caller {
  const issuer = readObject(readObject(identity, 'sessionContext'), 'sessionIssuer');
  const roleArn = readText(issuer, 'arn');
  if (roleArn === undefined || !isIamArn(roleArn, 'role/')) {
    return {
      kind: 'unknown',
      seen: 'userIdentity.type AssumedRole without a role in sessionContext.sessionIssuer.arn',
    };
  }
  const session = parseArn(readText(identity, 'arn') ?? '')?.resource.split('/') ?? [];
  const sessionName = session[0] === 'assumed-role' ? session.slice(2).join('/') : '';
  return {
    kind: 'role',
    roleArn,
    ...(sessionName === '' ? {} : { sessionName }),
    ...readInvokedBy(identity),
  };
}

function identifyUser(identity: JsonObject): Caller {
  const userArn = readText(identity, 'arn');
  if (userArn === undefined || !isIamArn(userArn, 'user/')) {
    return { kind: 'unknown', seen: 'userIdentity.type IAMUser without a user ARN' };
  }
  return { kind: 'user', userArn, ...readInvokedBy(identity) };
}

function identifyRoot(identity: JsonObject): Caller {
  const account = readText(identity, 'accountId') ?? parseArn(readText(identity, 'arn') ?? '')?.account;
  if (account === undefined || !isAccountId(account)) {
    return { kind: 'unknown', seen: 'userIdentity.type Root without an account' };
  }
  return { kind: 'root', account };
}

/** An account that is named stands above the word `anonymous`: whoever has an account is somebody. */
function identifyAccount(identity: JsonObject): Caller {
  const account = readText(identity, 'accountId');
  if (account !== undefined && isAccountId(account)) return { kind: 'account', account };
  if (saysAnonymous(readText(identity, 'principalId')) || saysAnonymous(account))
    return { kind: 'anonymous' };
  return { kind: 'unknown', seen: `userIdentity.type AWSAccount with accountId ${account ?? 'absent'}` };
}

function saysAnonymous(text: string | undefined): boolean {
  return text?.toLowerCase() === 'anonymous';
}

function identifyFederated(identity: JsonObject): Caller {
  const arn = readText(identity, 'arn');
  const account = parseArn(arn ?? '')?.account;
  if (arn === undefined || account === undefined || !isAccountId(account)) {
    return { kind: 'unknown', seen: 'userIdentity.type FederatedUser without an ARN' };
  }
  return { kind: 'federated', account, arn };
}

function readInvokedBy(identity: JsonObject): { invokedBy?: string } {
  const invokedBy = readText(identity, 'invokedBy');
  return invokedBy === undefined ? {} : { invokedBy };
}

function isIamArn(text: string, resource: string): boolean {
  const arn = parseArn(text);
  return arn?.service === 'iam' && isAccountId(arn.account) && arn.resource.startsWith(resource);
}

const ACCOUNT = /^\d{12}$/;

function isAccountId(text: string): boolean {
  return ACCOUNT.test(text);
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

import type { InvokeAction, RequestPrincipal } from './request.ts';

/** What a request carries besides its principal. */
export interface RequestCircumstances {
  readonly action: InvokeAction;
  /** The resource on whose behalf a service calls; used for services only. */
  readonly sourceArn?: string;
  /** The account of that resource; used for services only. */
  readonly sourceAccount?: string;
  /**
   * The public address that the call comes from, or the private one where a VPC endpoint is given; used for IAM and
   * anonymous callers. Without it nothing is said of where a call comes from: the keys of `SITE_KEYS` stay open.
   */
  readonly sourceIp?: string;
  /** Id of the VPC endpoint that the call comes through. */
  readonly vpcEndpoint?: string;
  /** How the call came in. A function URL adds keys of its own. */
  readonly entrance: 'api' | 'urlWithIam' | 'urlWithoutAuth';
  /** Epoch milliseconds. */
  readonly now: number;
  /**
   * For a root user, whose principal names no ARN.
   * @default 'aws'
   */
  readonly partition?: string;
}

/** The condition keys that `composeContext` decides on, lower-cased: one that it leaves out is absent. */
export const MODELLED_KEYS: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:sourcearn',
  'aws:sourceaccount',
  'lambda:functionurlauthtype',
  'lambda:invokedviafunctionurl',
  'aws:currenttime',
  'aws:epochtime',
]);

/**
 * The condition keys that tell where a call comes from, lower-cased. They are decided on only where the circumstances
 * say it; one that the request certainly lacks is then there without a value.
 */
export const SITE_KEYS = ['aws:sourceip', 'aws:vpcsourceip', 'aws:sourcevpce', 'aws:viaawsservice'] as const;

/**
 * Builds the condition keys that AWS documents as present, by lower-cased name. `aws:PrincipalArn` is the role's ARN
 * for a session, and left out for services, for which AWS names no value. A service's principal keys and an anonymous
 * caller's account (`anonymous`) are there; the source keys are there where the source is given.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
export function composeContext(
  principal: RequestPrincipal,
  circumstances: RequestCircumstances,
): ReadonlyMap<string, readonly string[]> {
  const { now } = circumstances;
  const entries: (readonly [string, string])[] = [
    ['aws:currenttime', new Date(now).toISOString()],
    ['aws:epochtime', String(Math.floor(now / 1000))],
    ...describePrincipal(principal, circumstances),
    ...describeUrl(circumstances),
  ];
  return new Map<string, readonly string[]>([
    ...entries.map(([key, value]) => [key, [value]] as const),
    ...describeSite(principal, circumstances),
  ]);
}

/**
 * `aws:SourceIp` is always there but for calls through a VPC endpoint, which have `aws:VpcSourceIp` and
 * `aws:SourceVpce` instead; `aws:ViaAWSService` is true only where a service calls with the caller's own credentials.
 */
function describeSite(
  principal: RequestPrincipal,
  { sourceIp, vpcEndpoint }: RequestCircumstances,
): readonly (readonly [string, readonly string[]])[] {
  if (principal.kind === 'service' || (sourceIp === undefined && vpcEndpoint === undefined)) return [];
  const address = sourceIp === undefined ? [] : [sourceIp];
  return [
    ['aws:sourceip', vpcEndpoint === undefined ? address : []],
    ['aws:vpcsourceip', vpcEndpoint === undefined ? [] : address],
    ['aws:sourcevpce', vpcEndpoint === undefined ? [] : [vpcEndpoint]],
    ['aws:viaawsservice', principal.kind === 'anonymous' ? [] : ['false']],
  ];
}

function describePrincipal(
  principal: RequestPrincipal,
  { sourceArn, sourceAccount, partition = 'aws' }: RequestCircumstances,
): readonly (readonly [string, string])[] {
  switch (principal.kind) {
    case 'anonymous':
      return [['aws:principalaccount', 'anonymous']];
    case 'service':
      return [
        ['aws:principalisawsservice', 'true'],
        ['aws:principalservicename', principal.service],
        ...(sourceArn === undefined ? [] : [['aws:sourcearn', sourceArn] as const]),
        ...(sourceAccount === undefined ? [] : [['aws:sourceaccount', sourceAccount] as const]),
      ];
    case 'role':
    case 'user':
    case 'root':
    case 'federated':
      return [
        ['aws:principalarn', readPrincipalArn(principal, partition)],
        ['aws:principalaccount', principal.account],
        ['aws:principalisawsservice', 'false'],
      ];
  }
}

function readPrincipalArn(
  principal: Exclude<RequestPrincipal, { kind: 'service' | 'anonymous' }>,
  partition: string,
): string {
  switch (principal.kind) {
    case 'role':
      return principal.roleArn;
    case 'user':
      return principal.userArn;
    case 'federated':
      return principal.arn;
    case 'root':
      return `arn:${partition}:iam::${principal.account}:root`;
  }
}

function describeUrl({ action, entrance }: RequestCircumstances): readonly (readonly [string, string])[] {
  if (entrance === 'api') return [];
  const authType = entrance === 'urlWithIam' ? 'AWS_IAM' : 'NONE';
  return action === 'lambda:InvokeFunctionUrl'
    ? [['lambda:functionurlauthtype', authType]]
    : [['lambda:invokedviafunctionurl', 'true']];
}

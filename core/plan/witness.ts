import { type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import type { AccessRequest, RequestPrincipal } from '../evaluator/request.ts';
import type { PlanInput } from './containment-plan.ts';
import { type GrantPrincipal, readGrant } from './grant.ts';

/** A request that a plan is tried on, and who makes it. */
export interface Witness {
  readonly caller: Caller;
  readonly request: AccessRequest;
  readonly atMs: number;
}

// Nobody has these: they stand for everybody who is named nowhere.
const STRANGER_ACCOUNT = '999999999990';
const STRANGER_SERVICE = 'stranger.amazonaws.com';

/** Who a plan is tried on: one caller for each entry, for each principal and source of the policy, strangers, the offender. */
export function listWitnessCallers(input: PlanInput): readonly Caller[] {
  const callers = input.entries.filter((entry) => isLive(entry, input.now)).flatMap(sampleEntry);
  const own = parseArn(input.resourceArn)?.account ?? '';
  for (const statement of input.policy?.Statement ?? []) {
    const reading = readGrant(statement, input.resourceArn);
    if (reading.kind !== 'grant') continue;
    const sources = reading.grant.conditions
      .filter(({ key }) => key === 'aws:sourcearn')
      .flatMap(({ values }) => values);
    const accounts = reading.grant.conditions
      .filter(({ key }) => key === 'aws:sourceaccount')
      .flatMap(({ values }) => values);
    for (const principal of reading.grant.principals)
      callers.push(...samplePrincipal(principal, sources, accounts));
  }
  callers.push(...sampleAccount(own), ...sampleAccount(STRANGER_ACCOUNT), { kind: 'anonymous' });
  callers.push({ kind: 'service', service: STRANGER_SERVICE });
  if (input.offender !== null) callers.push(input.offender);
  return [...new Map(callers.map((caller) => [JSON.stringify(caller), caller])).values()];
}

function sampleEntry(entry: InvokerEntry): readonly Caller[] {
  switch (entry.kind) {
    case 'role':
      return [{ kind: 'role', roleArn: fill(entry.role) }];
    case 'user':
      return [{ kind: 'user', userArn: fill(entry.user) }];
    case 'account':
      return sampleAccount(entry.account);
    case 'service': {
      const { service, sourceArn, sourceAccount } = entry;
      return [
        {
          kind: 'service',
          service,
          ...(sourceArn === undefined ? {} : { sourceArn: fill(sourceArn) }),
          ...(sourceAccount === undefined ? {} : { sourceAccount }),
        },
      ];
    }
    case 'functionUrl':
      return [{ kind: 'anonymous' }];
    case 'eventSourceMapping':
      return [];
  }
}

function samplePrincipal(
  principal: GrantPrincipal,
  sources: readonly string[],
  accounts: readonly string[],
): readonly Caller[] {
  switch (principal.kind) {
    case 'account':
      return sampleAccount(principal.account);
    case 'iam':
      return [
        principal.arn.includes(':user/')
          ? { kind: 'user', userArn: principal.arn }
          : { kind: 'role', roleArn: principal.arn },
      ];
    case 'service': {
      const pairs = (sources.length === 0 ? [undefined] : sources).flatMap((source) =>
        (accounts.length === 0 ? [undefined] : accounts).map((account) => [source, account] as const),
      );
      return pairs.map(([source, account]) => ({
        kind: 'service',
        service: principal.service,
        ...(source === undefined ? {} : { sourceArn: fill(source) }),
        ...(account === undefined ? {} : { sourceAccount: account }),
      }));
    }
    case 'anyone':
    case 'other':
      return [];
  }
}

function sampleAccount(account: string): readonly Caller[] {
  return [
    { kind: 'role', roleArn: `arn:aws:iam::${account}:role/invokeguard-witness` },
    { kind: 'user', userArn: `arn:aws:iam::${account}:user/invokeguard-witness` },
    { kind: 'root', account },
  ];
}

function fill(pattern: string): string {
  return pattern.replaceAll('*', 'x').replaceAll('?', 'x');
}

/** The requests by which one caller is tried: both actions, and doubtful keys there and absent. */
export function listWitnesses(caller: Caller, input: PlanInput, atMs: number): readonly Witness[] {
  const principal = describePrincipal(caller);
  if (principal === undefined) return [];
  const witnesses: Witness[] = [];
  for (const action of ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'] as const) {
    for (const doubtful of ['present', 'absent'] as const) {
      for (const identity of caller.kind === 'service' || caller.kind === 'anonymous' ? SILENT : EITHER) {
        const context = describeContext(caller, principal, doubtful, atMs);
        witnesses.push({
          caller,
          atMs,
          request: { action, resource: input.resourceArn, principal, context, identity },
        });
      }
    }
  }
  return witnesses;
}

const SILENT = ['silent'] as const;
const EITHER = ['silent', 'allows'] as const;

function describePrincipal(caller: Caller): RequestPrincipal | undefined {
  switch (caller.kind) {
    case 'service':
      return { kind: 'service', service: caller.service };
    case 'role': {
      const arn = parseArn(caller.roleArn);
      const name = caller.roleArn.split('/').at(-1) ?? '';
      const session = `assumed-role/${name}/${caller.sessionName ?? 'session'}`;
      const sessionArn = `arn:${arn?.partition ?? 'aws'}:sts::${arn?.account ?? ''}:${session}`;
      return { kind: 'role', roleArn: caller.roleArn, sessionArn, account: arn?.account ?? '' };
    }
    case 'user':
      return { kind: 'user', userArn: caller.userArn, account: parseArn(caller.userArn)?.account ?? '' };
    case 'root':
      return { kind: 'root', account: caller.account };
    case 'federated':
      return { kind: 'federated', arn: caller.arn, account: caller.account };
    case 'anonymous':
      return { kind: 'anonymous' };
    case 'account':
      return describePrincipal({
        kind: 'role',
        roleArn: `arn:aws:iam::${caller.account}:role/invokeguard-witness`,
      });
    case 'eventSourceMapping':
    case 'unknown':
      return undefined;
  }
}

function describeContext(
  caller: Caller,
  principal: RequestPrincipal,
  doubtful: 'present' | 'absent',
  atMs: number,
): ReadonlyMap<string, readonly string[]> {
  const context = new Map<string, readonly string[]>([['aws:currenttime', [new Date(atMs).toISOString()]]]);
  if (caller.kind === 'service') {
    context.set('aws:principalservicename', [caller.service]);
    if (caller.sourceArn !== undefined) context.set('aws:sourcearn', [caller.sourceArn]);
    if (caller.sourceAccount !== undefined) context.set('aws:sourceaccount', [caller.sourceAccount]);
  } else if (principal.kind === 'anonymous') {
    context.set('aws:principalaccount', ['anonymous']);
    if (doubtful === 'present') context.set('lambda:functionurlauthtype', ['NONE']);
    context.set('lambda:invokedviafunctionurl', ['true']);
    return context;
  } else if (principal.kind !== 'service') {
    context.set('aws:principalarn', [readPrincipalArn(principal)]);
    context.set('aws:principalaccount', [principal.account]);
  }
  if (doubtful === 'present') context.set('aws:principalisawsservice', [String(caller.kind === 'service')]);
  return context;
}

function readPrincipalArn(principal: Extract<RequestPrincipal, { account: string }>): string {
  switch (principal.kind) {
    case 'role':
      return principal.roleArn;
    case 'user':
      return principal.userArn;
    case 'federated':
      return principal.arn;
    case 'root':
      return `arn:aws:iam::${principal.account}:root`;
  }
}

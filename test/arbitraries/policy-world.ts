import * as fc from 'fast-check';
import type { EntryTerms, InvokerEntry, Narrowing } from '../../core/allowlist/allowlist.ts';
import { matchEntry } from '../../core/allowlist/invoker-match.ts';
import type { NarrowedFields } from '../../core/allowlist/narrowing-match.ts';
import type { Caller } from '../../core/caller/caller.ts';
import type { AccessRequest, RequestPrincipal } from '../../core/evaluator/request.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';

/** A small world, so that entries, grants and requests meet often. */
export const OWN = '111122223333';
export const OTHER = '444455556666';
export const FUNCTION_ARN = `arn:aws:lambda:eu-west-1:${OWN}:function:thumbnailer`;
/** The ARN that a call of a version or alias names; of the function itself where it names none. */
export function qualifyArn(qualifier: string | null): string {
  return qualifier === null ? FUNCTION_ARN : `${FUNCTION_ARN}:${qualifier}`;
}

/** The same policy as if it were attached to another ARN of the function. */
export function attachTo(policy: PolicyDocument | null, resourceArn: string): PolicyDocument | null {
  if (policy === null) return null;
  return JSON.parse(
    JSON.stringify(policy).replaceAll(`"${FUNCTION_ARN}"`, JSON.stringify(resourceArn)),
  ) as PolicyDocument;
}

export const NOW = Date.parse('2026-11-21T00:00:00Z');
export const GUARD_ID = '0123abcd';

const ACCOUNTS = [OWN, OTHER, '777788889999'] as const;
const SERVICES = [
  's3.amazonaws.com',
  'sns.amazonaws.com',
  'made-up.amazonaws.com',
  'logs.amazonaws.com',
  'logs.eu-west-1.amazonaws.com',
] as const;
const SOURCES = [
  'arn:aws:s3:::uploads',
  'arn:aws:s3:::uploads-2',
  `arn:aws:sns:eu-west-1:${OWN}:orders`,
  `arn:aws:sns:eu-west-1:${OTHER}:orders`,
] as const;
const SOURCE_PATTERNS = [
  ...SOURCES,
  'arn:aws:s3:::uploads*',
  'arn:aws:s3:::*',
  'arn:aws:sns:*:*:orders',
  'arn:aws:sns:eu-west-?:*:*',
];
const NAMES = ['ci', 'ops', 'team/ci', 'team/ops'] as const;
const NAME_PATTERNS = [...NAMES, '*', 'team/*', 'c?', '*ops'];
const EXPIRIES = ['2026-11-20T00:00:00Z', '2026-12-01T00:00:00Z', '2027-01-31T00:00:00Z'] as const;
/** Instants at which requests are made: now, at an expiry, between, and after all. */
const INSTANTS = [NOW, ...EXPIRIES.slice(1).flatMap((text) => [Date.parse(text) - 1000, Date.parse(text)])];

const account = fc.constantFrom(...ACCOUNTS);
const service = fc.constantFrom(...SERVICES);

function arnOf(kind: 'role' | 'user', names: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(account, fc.constantFrom(...names))
    .map(([id, name]) => `arn:aws:iam::${id}:${kind}/${name}`);
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const BLOCKS = ['203.0.113.0/24', '203.0.113.7/32', '10.0.0.0/16', '2001:db8::/32'] as const;
const ENDPOINTS = ['vpce-0aaaaaaaaaaaaaaaa', 'vpce-0bbbbbbbbbbbbbbbb', 'vpce-0cccccccccccccccc'] as const;
/** Qualifiers that a request may name; null for none, which runs `$LATEST`. */
export const QUALIFIERS = [null, '$LATEST', 'live', '7'] as const;
const USING_SERVICES = ['states.amazonaws.com', 'scheduler.amazonaws.com'] as const;

function someOf<T extends string>(values: readonly T[]): fc.Arbitrary<readonly T[] | undefined> {
  return optional(fc.subarray([...values], { minLength: 1, maxLength: 2 }));
}

/** What narrows an entry of a kind; `undefined` more often than not. */
function narrowingOf(kind: InvokerEntry['kind']): fc.Arbitrary<Narrowing | undefined> {
  const none = fc.constant(undefined);
  const isPrincipal = kind === 'role' || kind === 'user';
  return fc
    .record({
      sourceIp: kind === 'service' ? none : someOf(BLOCKS),
      vpcEndpoint: isPrincipal || kind === 'account' ? someOf(ENDPOINTS) : none,
      qualifier: fc.oneof({ weight: 2, arbitrary: none }, someOf(['$LATEST', 'live', '7'])),
      invokedBy: isPrincipal ? fc.oneof({ weight: 4, arbitrary: none }, someOf(USING_SERVICES)) : none,
      narrowed: fc.boolean(),
    })
    .map(({ narrowed, ...parts }) => {
      const given = Object.entries(parts).filter(([, values]) => values !== undefined);
      return narrowed && given.length > 0 ? (Object.fromEntries(given) as Narrowing) : undefined;
    });
}

/** Any entry of an allowlist, expired, expiring and narrowed ones included. */
export function invokerEntry(): fc.Arbitrary<InvokerEntry> {
  return complete(anybody);
}

/** An entry before its terms. */
type Named = InvokerEntry extends infer Entry
  ? Entry extends InvokerEntry
    ? Omit<Entry, keyof EntryTerms>
    : never
  : never;

const anybody: fc.Arbitrary<Named> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(service, optional(fc.constantFrom(...SOURCE_PATTERNS)), optional(account))
      .map(([name, sourceArn, sourceAccount]) => ({
        kind: 'service' as const,
        service: name,
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      })),
  },
  { weight: 3, arbitrary: arnOf('role', NAME_PATTERNS).map((role) => ({ kind: 'role' as const, role })) },
  { weight: 1, arbitrary: arnOf('user', NAME_PATTERNS).map((user) => ({ kind: 'user' as const, user })) },
  { weight: 1, arbitrary: account.map((id) => ({ kind: 'account' as const, account: id })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'functionUrl' as const, functionUrl: 'public' as const }) },
);

/** Roles of one account, so that the patterns of several entries often name the same role. */
const oneOfFewRoles: fc.Arbitrary<Named> = fc.oneof(
  fc.constantFrom(...NAME_PATTERNS).map((name) => ({
    kind: 'role' as const,
    role: `arn:aws:iam::${OWN}:role/${name}`,
  })),
  fc.constant({ kind: 'account' as const, account: OWN }),
);

function complete(who: fc.Arbitrary<Named>): fc.Arbitrary<InvokerEntry> {
  const narrowed = who.chain((entry) =>
    narrowingOf(entry.kind).map((narrowing) => (narrowing === undefined ? entry : { ...entry, narrowing })),
  );
  return fc
    .tuple(narrowed, fc.option(fc.constantFrom(...EXPIRIES), { nil: undefined, freq: 3 }), fc.nat(9))
    .map(([entry, expires, index]) => ({
      ...entry,
      pointer: `/functions/0/invokers/${index}`,
      ...(expires === undefined ? {} : { expires }),
    }));
}

export function invokerEntries(): fc.Arbitrary<InvokerEntry[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.array(invokerEntry(), { maxLength: 6 }) },
    { weight: 1, arbitrary: fc.array(complete(oneOfFewRoles), { minLength: 2, maxLength: 5 }) },
  );
}

const principal: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom('*', { AWS: '*' }, { AWS: ['*'] }),
  service.map((name) => ({ Service: name })),
  fc.array(service, { minLength: 2, maxLength: 2 }).map((names) => ({ Service: names })),
  account.map((id) => ({ AWS: id })),
  account.map((id) => ({ AWS: `arn:aws:iam::${id}:root` })),
  arnOf('role', NAMES).map((AWS) => ({ AWS })),
  arnOf('user', NAMES).map((AWS) => ({ AWS: [AWS] })),
  fc.tuple(service, arnOf('role', NAMES)).map(([Service, AWS]) => ({ Service, AWS })),
);

const condition: fc.Arbitrary<Record<string, unknown> | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'ArnLike',
          'ArnEquals',
          'StringLike',
          'StringEquals',
          'ArnLikeIfExists',
          'ArnNotLike',
        ),
        fc.constantFrom('aws:SourceArn', 'AWS:SourceArn'),
        fc.oneof(
          fc.constantFrom(...SOURCE_PATTERNS),
          fc.array(fc.constantFrom(...SOURCE_PATTERNS), { minLength: 1, maxLength: 2 }),
        ),
      )
      .map(([operator, key, value]) => ({ [operator]: { [key]: value } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...SOURCE_PATTERNS), account)
      .map(([arn, id]) => ({ ArnLike: { 'AWS:SourceArn': arn }, StringEquals: { 'AWS:SourceAccount': id } })),
  },
  { weight: 1, arbitrary: account.map((id) => ({ StringEquals: { 'aws:PrincipalAccount': id } })) },
  {
    weight: 1,
    arbitrary: arnOf('role', NAME_PATTERNS).map((arn) => ({ ArnLike: { 'aws:PrincipalArn': arn } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('NONE', 'AWS_IAM')
      .map((type) => ({ StringEquals: { 'lambda:FunctionUrlAuthType': type } })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] } },
      { StringEquals: { 'aws:SourceVpce': ENDPOINTS[0] } },
      { Null: { 'aws:SourceArn': 'false' } },
      { Bool: { 'lambda:InvokedViaFunctionUrl': true } },
    ),
  },
);

/** One statement, mostly Allow, as AddPermission, a template or a hand would write it. */
export function policyStatement(): fc.Arbitrary<PolicyStatement> {
  return fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      principal,
      fc.constantFrom<unknown>(
        'lambda:InvokeFunction',
        'lambda:InvokeFunction',
        'lambda:InvokeFunctionUrl',
        ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'],
        ['lambda:invokefunction'],
        'lambda:*',
        'lambda:GetFunction',
      ),
      condition,
      fc.boolean(),
    )
    .map(([effect, who, action, terms, list]) => ({
      Effect: effect,
      Principal: who,
      Action: action,
      Resource: list ? [FUNCTION_ARN] : FUNCTION_ARN,
      ...(terms === undefined ? {} : { Condition: terms }),
    }));
}

/** A policy with distinct Sids, or none. */
export function policyDocument(): fc.Arbitrary<PolicyDocument | null> {
  return fc.option(
    fc
      .tuple(
        fc.constantFrom('2012-10-17', '2008-10-17'),
        fc.array(policyStatement(), { maxLength: 6 }),
        fc.boolean(),
      )
      .map(([Version, statements, named]) => ({
        Version,
        Statement: statements.map((statement, index) =>
          named ? { Sid: `grant${index}`, ...statement } : statement,
        ),
      })),
    { freq: 15 },
  );
}

/** A request, the caller that a record of it would name, and how sure its keys make us of the caller. */
export interface Attempt {
  readonly request: AccessRequest;
  readonly caller: Caller;
  /** `doubtful` where the key that names the caller is absent: then a listed caller must win, and no more is known. */
  readonly keys: 'named' | 'doubtful';
  /** Whether the keys that tell where the call comes from are there. */
  readonly siteKeys: 'there' | 'absent';
  /** What a record of it would tell beside the caller. */
  readonly recorded: NarrowedFields;
  readonly atMs: number;
}

/** Where a call comes from: a public address, an endpoint and a private one, or a service that calls for the caller. */
const SITES: readonly { readonly sourceIp: string; readonly vpcEndpoint?: string }[] = [
  ...['203.0.113.7', '203.0.113.99', '198.51.100.200', '2001:db8::1', '2001:db9::1'].map((sourceIp) => ({
    sourceIp,
  })),
  { sourceIp: '10.0.0.7', vpcEndpoint: ENDPOINTS[0] },
  { sourceIp: '10.1.0.7', vpcEndpoint: ENDPOINTS[1] },
  { sourceIp: '10.0.0.7', vpcEndpoint: ENDPOINTS[2] },
  { sourceIp: '203.0.113.7', vpcEndpoint: ENDPOINTS[0] },
];
const SERVICE_ADDRESS = '192.0.2.200';

function setSiteKeys(
  context: Map<string, readonly string[]>,
  site: { readonly sourceIp: string; readonly vpcEndpoint?: string },
  via: 'direct' | 'service',
): void {
  if (via === 'service') context.set('aws:sourceip', [SERVICE_ADDRESS]);
  else if (site.vpcEndpoint === undefined) context.set('aws:sourceip', [site.sourceIp]);
  else {
    context.set('aws:vpcsourceip', [site.sourceIp]);
    context.set('aws:sourcevpce', [site.vpcEndpoint]);
  }
}

const caller: fc.Arbitrary<Caller> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(service, optional(fc.constantFrom(...SOURCES)), optional(account))
      .map(([name, sourceArn, sourceAccount]) => ({
        kind: 'service' as const,
        service: name,
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(arnOf('role', NAMES), fc.option(fc.constantFrom(...USING_SERVICES), { nil: undefined, freq: 4 }))
      .map(([roleArn, invokedBy]) =>
        invokedBy === undefined
          ? { kind: 'role' as const, roleArn }
          : { kind: 'role' as const, roleArn, invokedBy },
      ),
  },
  { weight: 2, arbitrary: arnOf('user', NAMES).map((userArn) => ({ kind: 'user' as const, userArn })) },
  { weight: 1, arbitrary: account.map((id) => ({ kind: 'root' as const, account: id })) },
  {
    weight: 1,
    arbitrary: account.map((id) => ({
      kind: 'federated' as const,
      account: id,
      arn: `arn:aws:sts::${id}:federated-user/visitor`,
    })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'anonymous' as const }) },
);

/** Any caller that can make a request. */
export function anyCaller(): fc.Arbitrary<Caller> {
  return caller;
}

/** A request by anybody, at any instant, with doubtful condition keys there or not. */
export function attempt(): fc.Arbitrary<Attempt> {
  return fc
    .record({
      caller,
      action: fc.constantFrom('lambda:InvokeFunction' as const, 'lambda:InvokeFunctionUrl' as const),
      identity: fc.constantFrom('allows' as const, 'silent' as const, 'denies' as const),
      atMs: fc.constantFrom(...INSTANTS),
      nameKey: fc.constantFrom('present', 'present', 'present', 'absent'),
      serviceFlag: fc.boolean(),
      accountKey: fc.boolean(),
      strayArn: fc.boolean(),
      url: fc.constantFrom('none', 'iam', 'public'),
      site: fc.constantFrom(...SITES),
      siteKeys: fc.constantFrom('there' as const, 'there' as const, 'absent' as const),
      viaKey: fc.boolean(),
      viaService: fc.constantFrom(
        'direct' as const,
        'direct' as const,
        'direct' as const,
        'service' as const,
      ),
    })
    .map((draw) => {
      const context = new Map<string, readonly string[]>();
      context.set('aws:currenttime', [new Date(draw.atMs).toISOString()]);
      const isService = draw.caller.kind === 'service';
      const named = draw.nameKey === 'present' || draw.caller.kind === 'anonymous';
      if (draw.caller.kind === 'service') {
        if (named) context.set('aws:principalservicename', [draw.caller.service]);
        if (draw.serviceFlag || !named) context.set('aws:principalisawsservice', ['true']);
        if (draw.caller.sourceArn !== undefined) context.set('aws:sourcearn', [draw.caller.sourceArn]);
        if (draw.caller.sourceAccount !== undefined)
          context.set('aws:sourceaccount', [draw.caller.sourceAccount]);
        if (draw.strayArn) context.set('aws:principalarn', [`arn:aws:iam::${OWN}:role/stray`]);
      } else if (draw.caller.kind === 'anonymous') {
        context.set('aws:principalaccount', ['anonymous']);
      } else {
        if (named) context.set('aws:principalarn', [readPrincipalArn(draw.caller)]);
        if (draw.serviceFlag) context.set('aws:principalisawsservice', ['false']);
        if (draw.accountKey)
          context.set('aws:principalaccount', [readPrincipalArn(draw.caller).split(':')[4] ?? '']);
      }
      // Lambda asks for InvokeFunctionUrl only when a URL is called, and then always says how it authenticates.
      if (draw.url !== 'none' || draw.action === 'lambda:InvokeFunctionUrl') {
        const publicUrl = draw.caller.kind === 'anonymous';
        context.set('lambda:functionurlauthtype', [publicUrl ? 'NONE' : 'AWS_IAM']);
        context.set('lambda:invokedviafunctionurl', ['true']);
      }
      const site = draw.caller.kind === 'anonymous' ? { sourceIp: draw.site.sourceIp } : draw.site;
      const uses = draw.caller.kind === 'role' && draw.caller.invokedBy !== undefined;
      const via = isService || draw.caller.kind === 'anonymous' || uses ? 'direct' : draw.viaService;
      if (!isService && draw.siteKeys === 'there') setSiteKeys(context, site, via);
      if (via === 'service') context.set('aws:viaawsservice', ['true']);
      else if (draw.viaKey && !isService) context.set('aws:viaawsservice', ['false']);
      const request: AccessRequest = {
        action: draw.action,
        resource: FUNCTION_ARN,
        principal: toPrincipal(draw.caller),
        context,
        identity: isService || draw.caller.kind === 'anonymous' ? 'silent' : draw.identity,
      };
      return {
        request,
        caller: draw.caller,
        keys: named ? ('named' as const) : ('doubtful' as const),
        siteKeys: isService ? 'there' : draw.siteKeys,
        recorded: {
          requestParameters: 'present' as const,
          qualifier: null,
          sourceIPAddress: via === 'service' || isService ? 'cloudformation.amazonaws.com' : site.sourceIp,
          vpcEndpointId: via === 'service' || isService ? null : (site.vpcEndpoint ?? null),
        },
        atMs: draw.atMs,
      };
    });
}

function readPrincipalArn(who: Caller): string {
  switch (who.kind) {
    case 'role':
      return who.roleArn;
    case 'user':
      return who.userArn;
    case 'federated':
      return who.arn;
    case 'root':
      return `arn:aws:iam::${who.account}:root`;
    default:
      return '';
  }
}

function toPrincipal(who: Caller): RequestPrincipal {
  const id = readPrincipalArn(who).split(':')[4] ?? '';
  switch (who.kind) {
    case 'service':
      return { kind: 'service', service: who.service };
    case 'role': {
      const name = who.roleArn.split('/').at(-1) ?? '';
      const sessionArn = `arn:aws:sts::${id}:assumed-role/${name}/session`;
      return { kind: 'role', roleArn: who.roleArn, sessionArn, account: id };
    }
    case 'user':
      return { kind: 'user', userArn: who.userArn, account: id };
    case 'root':
      return { kind: 'root', account: who.account };
    case 'federated':
      return { kind: 'federated', arn: who.arn, account: who.account };
    default:
      return { kind: 'anonymous' };
  }
}

/** A call of the function itself, of which nothing else is known. */
export const NOTHING_RECORDED: NarrowedFields = {
  requestParameters: 'present',
  qualifier: null,
  sourceIPAddress: null,
  vpcEndpointId: null,
};

/** The same call of a version or alias. */
export function callQualifier(one: Attempt, qualifier: string | null): Attempt {
  return {
    ...one,
    request: { ...one.request, resource: qualifyArn(qualifier) },
    recorded: { ...one.recorded, qualifier },
  };
}

/** Whether the allowlist lists the caller's call at an instant, judged as the verdicts judge. */
export function judgeListing(
  entries: readonly InvokerEntry[],
  who: Caller,
  atMs: number,
  recorded: NarrowedFields = NOTHING_RECORDED,
): 'listed' | 'unsure' | 'unlisted' {
  const live = entries.filter(({ expires }) => expires === undefined || atMs < Date.parse(expires));
  const matches = live.map((entry) => matchEntry(entry, who, recorded, new Map()).kind);
  if (matches.includes('match')) return 'listed';
  return matches.includes('unsure') ? 'unsure' : 'unlisted';
}

/** The entries as a policy can tell them: nothing says which service uses a role. */
export function forgetServices(entries: readonly InvokerEntry[]): readonly InvokerEntry[] {
  return entries.map((entry) => {
    const { invokedBy: _, ...narrowing } = entry.narrowing ?? {};
    return { ...entry, narrowing };
  });
}

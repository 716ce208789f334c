/** What the guard does about an unauthorized call: tell, or tell and shut the caller out. */
export type Mode = 'observe' | 'enforce';

/**
 * What a listed caller's call must be like besides. Each narrowing that is there has to be met, by one of its values;
 * `config` only writes those that the entry's kind can have, no list is empty, and the object is absent where none is.
 */
export interface Narrowing {
  /** Addresses that the call comes from, as CIDRs with a prefix length, IPv4 or IPv6. Role, user, account, functionUrl. */
  readonly sourceIp?: readonly string[];
  /** Ids of the VPC endpoints that the call comes through, such as `vpce-0123456789abcdef0`. Role, user, account. */
  readonly vpcEndpoint?: readonly string[];
  /** Versions and aliases; `$LATEST` stands for a call without a qualifier too. Every kind but eventSourceMapping. */
  readonly qualifier?: readonly string[];
  /** Service principals that use the role (or the user's credentials) for the call. Role, user. */
  readonly invokedBy?: readonly string[];
}

/** What every entry may carry beside the caller it names. */
export interface EntryTerms {
  /** JSON pointer of the entry in invokeguard.yaml, such as `/functions/3/invokers/1`. */
  readonly pointer: string;
  readonly narrowing?: Narrowing;
  /** ISO-8601 UTC instant from which the entry no longer counts. A bare date in the file means 00:00 UTC. */
  readonly expires?: string;
  readonly owner?: string;
  readonly reason?: string;
}

/** An AWS service that calls as itself (`type: AWSService`), narrowed by the resource it calls for. */
export interface ServiceEntry extends EntryTerms {
  readonly kind: 'service';
  readonly service: string;
  /** ArnLike pattern. */
  readonly sourceArn?: string;
  /** 12 digits. */
  readonly sourceAccount?: string;
}

/** An IAM role, by the role's own ARN with its path; sessions of it match. ArnLike, account without wildcard. */
export interface RoleEntry extends EntryTerms {
  readonly kind: 'role';
  readonly role: string;
}

/** An IAM user, by ARN with its path. ArnLike, account without wildcard. */
export interface UserEntry extends EntryTerms {
  readonly kind: 'user';
  readonly user: string;
}

/** Every principal of an account: roles, users, root, federated. */
export interface AccountEntry extends EntryTerms {
  readonly kind: 'account';
  /** 12 digits. */
  readonly account: string;
}

/** A trigger that Lambda polls: the mapping's own ARN, or the ARN of its source (queue, stream, …). */
export interface EventSourceMappingEntry extends EntryTerms {
  readonly kind: 'eventSourceMapping';
  readonly eventSourceMapping: string;
}

/** Anonymous calls through a function URL with AuthType NONE. */
export interface FunctionUrlEntry extends EntryTerms {
  readonly kind: 'functionUrl';
  readonly functionUrl: 'public';
}

/** One line of an allowlist: exactly one kind of caller. */
export type InvokerEntry =
  | ServiceEntry
  | RoleEntry
  | UserEntry
  | AccountEntry
  | EventSourceMappingEntry
  | FunctionUrlEntry;

/** Which functions a `functions:` entry stands for. */
export type FunctionSelector =
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'glob'; readonly glob: string };

/** One guarded function (or glob of functions) and who may call it. */
export interface FunctionEntry {
  /** JSON pointer of the entry in invokeguard.yaml, such as `/functions/3`. */
  readonly pointer: string;
  readonly selector: FunctionSelector;
  readonly mode: Mode;
  /**
   * Whom a containment shuts out: this one caller only, for owners who do not yet trust their list.
   * @default everyone who is not listed
   */
  readonly scope?: 'offender';
  readonly invokers: readonly InvokerEntry[];
}

/** The compiled allowlist: what `config` makes of invokeguard.yaml, and what lies beside the Lambda bundle. */
export interface Allowlist {
  readonly version: 1;
  readonly trail: { readonly functions: 'guarded' | 'all' };
  readonly alerts: { readonly emails: readonly string[] };
  readonly functions: readonly FunctionEntry[];
  /** Never shut out, on any function. */
  readonly breakGlass: readonly InvokerEntry[];
}

/** An allowlist that guards nothing. */
export const EMPTY_ALLOWLIST: Allowlist = {
  version: 1,
  trail: { functions: 'guarded' },
  alerts: { emails: [] },
  functions: [],
  breakGlass: [],
};

/** Everyone who may call one function: its own entries, then the break-glass entries. */
export function listInvokers(allowlist: Allowlist, guarded: FunctionEntry): readonly InvokerEntry[] {
  return [...guarded.invokers, ...allowlist.breakGlass];
}

/** Decides whether an entry counts at an instant (ISO-8601 UTC text, or epoch milliseconds). */
export function isLive(entry: InvokerEntry, atMs: number): boolean {
  return entry.expires === undefined || atMs < Date.parse(entry.expires);
}

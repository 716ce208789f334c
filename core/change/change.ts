import type { Caller } from '../caller/caller.ts';
import type { JsonObject } from '../json.ts';
import type { FunctionReference } from '../record/function-reference.ts';
import type { RejectedRecord } from '../record/invocation.ts';
import type { GuardPart, PartStep } from './guard-part.ts';
import type { MappingFault } from './mapping-fault.ts';

/**
 * One change of what Lambda lets in, or of the guard itself, as CloudTrail recorded it; also one that failed.
 * Plain JSON, so that threads can hand it over.
 */
export interface ConfigurationChange {
  readonly kind: 'change';
  readonly eventID: string | null;
  /** ISO-8601 UTC as CloudTrail wrote it. */
  readonly eventTime: string | null;
  readonly eventName: string;
  /** Unqualified ARN; null where the change is about no function, or several, or the record names none that can be read. */
  readonly functionArn: string | null;
  /** Version or alias whose policy, URL or mapping it is; null for the function itself, or where it is not told. */
  readonly qualifier: string | null;
  /** Who made it. */
  readonly actor: Caller;
  /** Set when the call failed or was refused; null when it succeeded. */
  readonly errorCode: string | null;
  readonly action: ChangeAction;
}

/** What was changed. `null` stands for what the record does not tell. */
export type ChangeAction = FunctionAction | BucketAction | IdentityAction | GuardAction;

/** A change of a function, of its policies, or of what calls it. */
export type FunctionAction =
  /** One statement that AddPermission adds. */
  | { readonly kind: 'grant'; readonly statement: JsonObject | null }
  /** A whole policy that PutResourcePolicy writes, as it stands in the record: JSON text or an object. */
  | { readonly kind: 'policy'; readonly policy: unknown }
  /** A statement that RemovePermission takes away. */
  | { readonly kind: 'revocation'; readonly sid: string | null }
  | { readonly kind: 'policyRemoval' }
  | {
      readonly kind: 'functionUrl';
      readonly step: 'created' | 'changed' | 'deleted';
      readonly authType: string | null;
    }
  | {
      readonly kind: 'mapping';
      readonly step: 'created' | 'changed' | 'deleted';
      readonly mappingArn: string | null;
      readonly sourceArn: string | null;
      /** What the request asks for. */
      readonly polling: 'on' | 'off' | 'unsaid';
    }
  /** Lambda itself disabled a mapping. */
  | {
      readonly kind: 'mappingDisabled';
      readonly mappingArn: string | null;
      readonly fault: MappingFault | null;
    }
  | { readonly kind: 'qualifier'; readonly step: 'versionPublished' | 'aliasCreated' | 'aliasChanged' }
  | {
      readonly kind: 'function';
      readonly step: 'created' | 'codeChanged' | 'configurationChanged' | 'deleted';
      /** Whether the same call publishes a version, which has a policy of its own. */
      readonly publishes: 'version' | 'nothing';
    }
  /** `reserved`: executions at a time; null where the limit was lifted or is not told. */
  | { readonly kind: 'concurrency'; readonly reserved: number | null };

/** A bucket that is told to notify functions, which replaces what it was told before. */
export interface BucketAction {
  readonly kind: 'bucketNotification';
  /** The bucket's name. */
  readonly bucket: string | null;
  /** The account that the record was delivered to: the bucket's. */
  readonly account: string | null;
  /** At least one. */
  readonly targets: readonly FunctionReference[];
}

/** A change of a role or user that may be a listed caller: of who can act as it. */
export interface IdentityAction {
  readonly kind: 'identity';
  readonly identity: 'role' | 'user';
  readonly step: 'created' | 'trustChanged' | 'credentialsChanged' | 'renamed' | 'deleted';
  /** Its name, without path; where it is renamed, the new one. */
  readonly name: string | null;
  /** Null where the record tells no path. */
  readonly arn: string | null;
  /** The account that the record was delivered to: the identity's. */
  readonly account: string | null;
}

/** A change of what the guard stands on: a trail, a rule, or another part of it. */
export type GuardAction =
  | { readonly kind: 'trail'; readonly step: 'stopped' | 'deleted' | 'changed' }
  /** `loses`: what the new selectors do not log; null where they still log calls of functions and changes. */
  | { readonly kind: 'trailSelectors'; readonly loses: 'calls' | 'changes' | 'untold' | null }
  /** An EventBridge rule with the name of one of ours. */
  | { readonly kind: 'rule'; readonly step: 'disabled' | 'deleted' | 'targetsRemoved' | 'rewritten' }
  /** Something else with the name of a part of ours. */
  | { readonly kind: 'part'; readonly part: GuardPart; readonly step: PartStep };

/** A well-formed record that changes nothing that counts here. */
export interface UnchangingRecord {
  readonly kind: 'skipped';
  readonly reason: 'otherService' | 'noChange';
}

/** What one piece of input turned out to be. */
export type ParsedChange = ConfigurationChange | UnchangingRecord | RejectedRecord;

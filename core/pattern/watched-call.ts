import type { FunctionPlace } from '../guard.ts';
import type { JsonObject } from '../json.ts';

/** A test of one value in an event pattern: the text itself, or what a longer or shorter one begins or ends with. */
export type TextTest = string | { readonly prefix: string } | { readonly suffix: string };

/** What a text begins with, in any case of its letters. */
export interface AnyCaseTest {
  readonly prefix: { readonly 'equals-ignore-case': string };
}

/** A test of a call's name: the name itself, or what the names of several begin with. */
export type CallTest = string | { readonly prefix: string };

/** A field of a record in which a part may be named, and the texts that name one of ours. */
export interface NamingField {
  /** From the record's top, such as `['requestParameters', 'queueUrl']`. */
  readonly path: readonly string[];
  readonly texts: readonly (TextTest | AnyCaseTest)[];
}

/** Calls of one service on parts of one kind. */
export interface WatchedCalls {
  readonly eventSource: string;
  readonly calls: readonly CallTest[];
  /** A record counts where any one of them fits. Empty: each record of these calls counts. */
  readonly fields: readonly NamingField[];
  /**
   * `leftOut`: the same call is not told where CloudFormation makes it, because a deployment makes dozens and is told by
   * its own call (`ExecuteChangeSet`, …).
   */
  readonly throughCloudFormation: 'told' | 'leftOut';
}

/** The parts of one stack that are watched, by the names that calls give them. */
export interface WatchedParts {
  /** `any`: nobody says which trail is the guard's. */
  readonly trails: readonly TrailName[] | 'any';
  readonly buckets: readonly string[];
  readonly keyIds: readonly string[];
  /** Where functions, roles and rules stand whose names begin as the guard's fixed ones do; `null` for none. */
  readonly fixedNames: FunctionPlace | null;
  /** Rules without such a name. */
  readonly rules: readonly TextTest[];
  /** UUIDs of event source mappings. */
  readonly mappings: readonly string[];
  /** `ACCOUNT/NAME`, with which every spelling of a queue's URL ends. */
  readonly queues: readonly string[];
  readonly topicArns: readonly string[];
  readonly tables: readonly string[];
  readonly tableArns: readonly string[];
  readonly logGroups: readonly string[];
  readonly alarms: readonly TextTest[];
  readonly stacks: readonly StackName[];
}

/** How calls of CloudTrail's API name a trail. */
export interface TrailName {
  readonly name: string;
  readonly arn: string;
}

/** How calls of CloudFormation's API name a stack. */
export interface StackName {
  readonly name: string;
  /** The ARN up to the part that is made anew with each stack: `arn:…:stack/NAME/`. */
  readonly arnStem: string;
}

/** Puts a naming field into an event pattern. */
export function writeField({ path, texts }: NamingField): JsonObject {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), texts) as JsonObject;
}

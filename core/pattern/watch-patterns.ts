import { CLOUDFORMATION } from '../change/deployment-step.ts';
import type { JsonObject } from '../json.ts';
import { measure } from './event-pattern.ts';
import { type WatchedCalls, writeField } from './watched-call.ts';

/** What became of the calls that a pattern matches. */
export type CallOutcome = 'wentThrough' | 'refused';

/** One pattern of the watch, for a rule of its own. */
export interface WatchPattern {
  readonly outcome: CallOutcome;
  readonly pattern: JsonObject;
}

/** A rule's description and target fit beside a pattern of any length, so a pattern may use all of EventBridge's quota. */
export interface WatchTerms {
  /** Characters that one pattern may have. */
  readonly characters: number;
  /**
   * What stands in the message of a call that was refused: names of parts, or what they have in common. Many services
   * leave out the parameters of such a call, and then only the message tells what it was about. Empty: no such rule.
   */
  readonly words: readonly string[];
}

/**
 * Composes the patterns that tell tampering with the guard: those for calls that went through and those for calls that
 * were refused are never in one rule, because a rule has one text.
 *
 * `source` begins with `aws.`, which no caller of PutEvents can write; the service is told by `eventSource`.
 */
export function composeWatchPatterns(
  watched: readonly WatchedCalls[],
  terms: WatchTerms,
): readonly WatchPattern[] {
  const alternatives = watched.map(writeAlternative);
  const outcomes: readonly CallOutcome[] = ['wentThrough', 'refused'];
  const named = outcomes.flatMap((outcome) =>
    packAlternatives(alternatives, outcome, terms.characters).map((pattern) => ({ outcome, pattern })),
  );
  return terms.words.length === 0 ? named : [...named, composeUntold(watched, terms.words)];
}

/**
 * Refused calls whose parameters the record leaves out (`null`): of these only the message says what they were about.
 * AWS words it alike for all services: `… is not authorized to perform: ACTION on resource: ARN because …`. Before the
 * resource stands the caller, whose own name does not count.
 */
function composeUntold(watched: readonly WatchedCalls[], words: readonly string[]): WatchPattern {
  const sources = [...new Set(watched.map(({ eventSource }) => eventSource))];
  return {
    outcome: 'refused',
    pattern: wrap('refused', {
      eventSource: sources,
      // Only `null` is a leaf of its own here; parameters that are there are an object.
      requestParameters: [{ exists: true }],
      errorMessage: words.map((word) => ({ wildcard: `*on resource: *${word}*` })),
    }),
  };
}

/** Thrown where a single name is longer than a pattern may be. */
export class WatchPatternTooLongError extends Error {
  override readonly name = 'WatchPatternTooLongError';

  constructor(characters: number, limit: number) {
    super(`a pattern of the watch has ${characters} characters, expected ${limit} at most: raise the quota`);
  }
}

/** Puts as many alternatives into each pattern as fit, in their order. */
function packAlternatives(
  alternatives: readonly JsonObject[],
  outcome: CallOutcome,
  characters: number,
): readonly JsonObject[] {
  const packs: JsonObject[][] = [];
  for (const alternative of alternatives) {
    const last = packs.at(-1);
    if (last !== undefined && measure(wrap(outcome, join([...last, alternative]))) <= characters) {
      last.push(alternative);
    } else {
      packs.push([alternative]);
    }
  }
  return packs.map((pack) => {
    const pattern = wrap(outcome, join(pack));
    if (measure(pattern) > characters) throw new WatchPatternTooLongError(measure(pattern), characters);
    return pattern;
  });
}

/** Any one of them; `$or` takes two objects or more. */
function join(alternatives: readonly JsonObject[]): JsonObject {
  return alternatives.length > 1 ? { $or: alternatives } : (alternatives[0] ?? {});
}

function wrap(outcome: CallOutcome, detail: JsonObject): JsonObject {
  return {
    source: [{ prefix: 'aws.' }],
    detail: { errorCode: [{ exists: outcome === 'refused' }], ...detail },
  };
}

function writeAlternative({ eventSource, calls, fields, throughCloudFormation }: WatchedCalls): JsonObject {
  return {
    eventSource: [eventSource],
    eventName: calls,
    ...(throughCloudFormation === 'leftOut'
      ? { userIdentity: { invokedBy: [{ 'anything-but': [CLOUDFORMATION] }, { exists: false }] } }
      : {}),
    ...join(fields.map(writeField)),
  };
}

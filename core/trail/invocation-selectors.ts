import type { Allowlist, FunctionSelector } from '../allowlist/allowlist.ts';
import { countValues, type EventSelector, type FieldSelector, MANAGEMENT_WRITES } from './event-selector.ts';

/** Which calls of Lambda functions a trail logs, and the selectors that say so. */
export type InvocationSelection =
  | {
      readonly kind: 'guarded';
      readonly selectors: readonly EventSelector[];
      /** Globs whose functions are logged in the Region of the trail's stack only. */
      readonly inStackRegion: readonly string[];
    }
  | {
      readonly kind: 'all';
      readonly selectors: readonly EventSelector[];
      /** Why it is more than the guarded functions; null where the allowlist asks for all. */
      readonly widened: string | null;
    }
  /** The allowlist names no function. */
  | { readonly kind: 'nothing'; readonly selectors: readonly EventSelector[] };

/**
 * At most 500 values in all advanced selectors of a trail, not adjustable.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
 */
const MAX_VALUES = 500;

/** What the selectors have to know of the place that the trail is made in. */
export interface TrailPlace {
  /** The guard's own functions, left out by exact ARN: each call of them would be logged, and call them again. */
  readonly ownFunctionArns: readonly string[];
  /** `arn:…:function:` of the stack's account and Region. */
  readonly functionArnStem: string;
}

/**
 * Decides which calls of Lambda functions the trail logs: those of the guarded functions where selectors can express
 * them, else those of all functions. In a record `resources.ARN` is the unqualified ARN, so that one value covers every
 * version and alias. `readOnly` is left alone, because CloudTrail marks Invoke as not read-only.
 *
 * A bare name and `*-worker` are matched by the end of the ARN, and so in every Region; `orders-*` by its beginning,
 * and so in the stack's Region only. Any other glob widens the selector to all functions. Tests of one field are ORed
 * where they select, and ANDed with those that leave something out.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
 */
export function selectInvocations(allowlist: Allowlist, place: TrailPlace): InvocationSelection {
  const everything = [selectFunctions({ notEquals: place.ownFunctionArns })];
  if (allowlist.trail.functions === 'all') return { kind: 'all', selectors: everything, widened: null };
  if (allowlist.functions.length === 0) return { kind: 'nothing', selectors: [] };
  const arns = { equals: new Set<string>(), endsWith: new Set<string>(), startsWith: new Set<string>() };
  for (const { selector } of allowlist.functions) {
    const test = selectFunction(selector, place.functionArnStem);
    if (test === undefined) {
      const widened = `CloudTrail has no selector for \`${nameSelector(selector)}\``;
      return { kind: 'all', selectors: everything, widened };
    }
    arns[test.operator].add(test.text);
  }
  const guarded = selectFunctions({
    ...(arns.equals.size > 0 ? { equals: [...arns.equals] } : {}),
    ...(arns.endsWith.size > 0 ? { endsWith: [...arns.endsWith] } : {}),
    ...(arns.startsWith.size > 0 ? { startsWith: [...arns.startsWith] } : {}),
    notEquals: place.ownFunctionArns,
  });
  const inStackRegion = [...arns.startsWith].map((text) => `${text.slice(place.functionArnStem.length)}*`);
  const values = countValues(guarded) + countValues(MANAGEMENT_WRITES);
  if (values <= MAX_VALUES) return { kind: 'guarded', selectors: [guarded], inStackRegion };
  const count = `${allowlist.functions.length} entries take ${values} values`;
  return { kind: 'all', selectors: everything, widened: `${count}, and a trail has ${MAX_VALUES}` };
}

interface ArnTest {
  readonly operator: 'equals' | 'endsWith' | 'startsWith';
  readonly text: string;
}

function selectFunction(selector: FunctionSelector, stem: string): ArnTest | undefined {
  switch (selector.kind) {
    case 'arn':
      return { operator: 'equals', text: selector.arn };
    case 'name':
      return { operator: 'endsWith', text: `:function:${selector.name}` };
    case 'glob': {
      const { glob } = selector;
      if (/^[^*?]*\*$/.test(glob)) return { operator: 'startsWith', text: `${stem}${glob.slice(0, -1)}` };
      // A name holds no colon, so that what ends so is the end of a name.
      if (/^\*[^*?]+$/.test(glob)) return { operator: 'endsWith', text: glob.slice(1) };
      return undefined;
    }
  }
}

function nameSelector(selector: FunctionSelector): string {
  return selector.kind === 'arn' ? selector.arn : selector.kind === 'name' ? selector.name : selector.glob;
}

function selectFunctions(arn: Omit<FieldSelector, 'field'>): EventSelector {
  return {
    name: 'Calls of Lambda functions',
    fieldSelectors: [
      { field: 'eventCategory', equals: ['Data'] },
      { field: 'resources.type', equals: ['AWS::Lambda::Function'] },
      // Lambda running work that it accepted before: not a caller, and a second event for each asynchronous call.
      { field: 'eventName', notEquals: ['InvokeExecution'] },
      { field: 'resources.ARN', ...arn },
    ],
  };
}

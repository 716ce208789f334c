import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { Allowlist } from '../core/allowlist/allowlist.ts';

type Selector = CfnTrail.AdvancedEventSelectorProperty;
type Field = CfnTrail.AdvancedFieldSelectorProperty;

/** The trail's selectors, and why they log more than the guarded functions where they do. */
export interface TrailSelectors {
  readonly selectors: readonly Selector[];
  /** One sentence for a person who pays for it; null where exactly what was asked for is logged. */
  readonly widened: string | null;
}

/**
 * At most 500 values in all advanced selectors of a trail, not adjustable.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
 */
const MAX_VALUES = 500;

/** What the trail has to know of the place that it is made in. */
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
 * A bare name is matched by the end of the ARN, and so in every Region; `orders-*` by its beginning, and so in the
 * stack's Region only. Any other glob widens the selector to all functions.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
 */
export function selectInvocations(allowlist: Allowlist, place: TrailPlace): TrailSelectors {
  const everything = selectFunctions({ notEquals: [...place.ownFunctionArns] });
  if (allowlist.trail.functions === 'all') return { selectors: [everything], widened: null };
  if (allowlist.functions.length === 0) return { selectors: [], widened: null };
  const wild = allowlist.functions.find(
    ({ selector }) => selector.kind === 'glob' && !isPrefix(selector.glob),
  );
  if (wild?.selector.kind === 'glob') {
    const why = `CloudTrail has no selector for \`${wild.selector.glob}\``;
    return { selectors: [everything], widened: `the trail logs the calls of all functions, because ${why}` };
  }
  const guarded = selectGuarded(allowlist, place);
  if (countValues(guarded) > MAX_VALUES - MANAGEMENT_VALUES) {
    const why = `${allowlist.functions.length} entries are more than the ${MAX_VALUES} values that a trail takes`;
    return { selectors: [everything], widened: `the trail logs the calls of all functions, because ${why}` };
  }
  return { selectors: [guarded], widened: null };
}

function isPrefix(glob: string): boolean {
  return /^[^*?]*\*$/.test(glob);
}

function selectGuarded(allowlist: Allowlist, { ownFunctionArns, functionArnStem }: TrailPlace): Selector {
  const equalTo = new Set<string>();
  const endsWith = new Set<string>();
  const startsWith = new Set<string>();
  for (const { selector } of allowlist.functions) {
    if (selector.kind === 'arn') equalTo.add(selector.arn);
    else if (selector.kind === 'name') endsWith.add(`:function:${selector.name}`);
    else startsWith.add(`${functionArnStem}${selector.glob.slice(0, -1)}`);
  }
  return selectFunctions({
    ...(equalTo.size > 0 ? { equalTo: [...equalTo] } : {}),
    ...(endsWith.size > 0 ? { endsWith: [...endsWith] } : {}),
    ...(startsWith.size > 0 ? { startsWith: [...startsWith] } : {}),
    notEquals: [...ownFunctionArns],
  });
}

function selectFunctions(arn: Omit<Field, 'field'>): Selector {
  return {
    name: 'Calls of Lambda functions',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::Lambda::Function'] },
      // Lambda running work that it accepted before: not a caller, and a second event for each asynchronous call.
      { field: 'eventName', notEquals: ['InvokeExecution'] },
      { field: 'resources.ARN', ...arn },
    ],
  };
}

/** Write-only management events: without a trail that logs them, EventBridge never sees a change of a policy. */
export const MANAGEMENT_WRITES: Selector = {
  name: 'Changes',
  fieldSelectors: [
    { field: 'eventCategory', equalTo: ['Management'] },
    { field: 'readOnly', equalTo: ['false'] },
  ],
};

const MANAGEMENT_VALUES = countValues(MANAGEMENT_WRITES);

function countValues(selector: Selector): number {
  const fields = Array.isArray(selector.fieldSelectors) ? (selector.fieldSelectors as Field[]) : [];
  return fields
    .flatMap((field) => [field.equalTo, field.endsWith, field.startsWith, field.notEquals])
    .reduce((sum, values) => sum + (values?.length ?? 0), 0);
}

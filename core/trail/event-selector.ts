/**
 * One advanced event selector of a trail: an event is logged where it fits every field of one of them.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedEventSelector.html
 */
export interface EventSelector {
  readonly name: string;
  readonly fieldSelectors: readonly FieldSelector[];
}

/** What one field of an event has to be: one of the selected values, and none of those left out. */
export interface FieldSelector {
  readonly field: string;
  readonly equals?: readonly string[];
  readonly startsWith?: readonly string[];
  readonly endsWith?: readonly string[];
  readonly notEquals?: readonly string[];
}

/** Write-only management events: without a trail that logs them, EventBridge never sees a change of a policy. */
export const MANAGEMENT_WRITES: EventSelector = {
  name: 'Changes',
  fieldSelectors: [
    { field: 'eventCategory', equals: ['Management'] },
    { field: 'readOnly', equals: ['false'] },
  ],
};

/** Values in a selector, of which a trail takes few. */
export function countValues({ fieldSelectors }: EventSelector): number {
  return fieldSelectors
    .flatMap(({ equals, startsWith, endsWith, notEquals }) => [equals, startsWith, endsWith, notEquals])
    .reduce((sum, values) => sum + (values?.length ?? 0), 0);
}

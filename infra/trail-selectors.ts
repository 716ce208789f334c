import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { EventSelector } from '../core/trail/event-selector.ts';

/** Writes a selector as CloudFormation wants it. */
export function composeSelector({
  name,
  fieldSelectors,
}: EventSelector): CfnTrail.AdvancedEventSelectorProperty {
  return {
    name,
    fieldSelectors: fieldSelectors.map(({ field, equals, startsWith, endsWith, notEquals }) => ({
      field,
      ...(equals === undefined ? {} : { equalTo: [...equals] }),
      ...(endsWith === undefined ? {} : { endsWith: [...endsWith] }),
      ...(startsWith === undefined ? {} : { startsWith: [...startsWith] }),
      ...(notEquals === undefined ? {} : { notEquals: [...notEquals] }),
    })),
  };
}

import {
  type ConcurrencySettings,
  findSwitch,
  nameSwitch,
  type SwitchChange,
  type SwitchSettings,
  type TriggerSettings,
} from './tier.ts';
import { describeChange } from './tier-text.ts';

/** What a tier would do to a function. */
export type TierPlan =
  | { readonly kind: 'change'; readonly changes: readonly SwitchChange[] }
  | { readonly kind: 'unchanged'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Plans a tier: a change for every switch that does not stand where the tier puts it, and none for the others. */
export function planTier(functionArn: string, settings: SwitchSettings): TierPlan {
  return settings.tier === 'freeze' ? planFreeze(functionArn, settings) : planTriggers(settings);
}

/**
 * AWS keeps provisioned concurrency within reserved concurrency, so with any of it 0 cannot be reserved. Deleting it is
 * left to a person: it costs money to build up again, and scaling rules may hold it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
function planFreeze(functionArn: string, settings: ConcurrencySettings): TierPlan {
  const { reservedConcurrency, provisioned } = settings;
  if (reservedConcurrency === 0)
    return { kind: 'unchanged', reason: 'its reserved concurrency is 0 already' };
  if (provisioned.length > 0) {
    const commands = provisioned.map(
      (qualifier) =>
        `\`aws lambda delete-provisioned-concurrency-config --function-name '${functionArn}' --qualifier '${qualifier}'\``,
    );
    return {
      kind: 'refused',
      reason: `AWS reserves no less than the concurrency that is provisioned, and ${provisioned.join(', ')} has some; note it down, delete it and freeze again: ${commands.join(' ')}`,
    };
  }
  return {
    kind: 'change',
    changes: [{ kind: 'reservedConcurrency', before: reservedConcurrency, after: 0 }],
  };
}

function planTriggers({ mappings, urls }: TriggerSettings): TierPlan {
  const changes: readonly SwitchChange[] = [
    ...mappings
      .filter(({ state }) => state === 'enabled')
      .map(
        ({ uuid, sourceArn }) =>
          ({ kind: 'eventSourceMapping', uuid, sourceArn, before: 'enabled', after: 'disabled' }) as const,
      ),
    ...urls
      .filter(({ authType }) => authType === 'NONE')
      .map(
        ({ qualifier }) => ({ kind: 'functionUrl', qualifier, before: 'NONE', after: 'AWS_IAM' }) as const,
      ),
  ];
  return changes.length > 0
    ? { kind: 'change', changes }
    : {
        kind: 'unchanged',
        reason: 'it has no enabled event source mapping and no function URL with AuthType NONE',
      };
}

/**
 * Adds the changes of a second run to those of the first. What the first run turned still stands there, so the second
 * run has no change for it and the first `before` is kept; where somebody turned a switch since, theirs is the newer.
 */
export function joinChanges(
  first: readonly SwitchChange[],
  second: readonly SwitchChange[],
): readonly SwitchChange[] {
  const turned = new Set(second.map(nameSwitch));
  return [...first.filter((change) => !turned.has(nameSwitch(change))), ...second];
}

/** The way back of a tier. */
export interface TierRollbackPlan {
  readonly changes: readonly SwitchChange[];
  /** Switches that are left as they are, and why, in sentences. */
  readonly left: readonly string[];
}

/** Plans the way back: only switches that still stand where the tier put them; what somebody set since stays. */
export function planTierRollback(
  stored: readonly SwitchChange[],
  settings: SwitchSettings,
): TierRollbackPlan {
  const changes: SwitchChange[] = [];
  const left: string[] = [];
  for (const change of stored) {
    const position = findSwitch(settings, change);
    if (position.kind === 'gone') left.push(`${describeChange(change)}: it does not exist any more`);
    else if (position.value === change.after) changes.push(reverseChange(change));
    else if (position.value !== change.before) {
      left.push(
        `${describeChange(change)}: somebody set it to ${String(position.value ?? 'unreserved')} since`,
      );
    }
  }
  return { changes, left };
}

function reverseChange(change: SwitchChange): SwitchChange {
  switch (change.kind) {
    case 'reservedConcurrency':
      return { ...change, before: change.after, after: change.before };
    case 'eventSourceMapping':
      return { ...change, before: change.after, after: change.before };
    case 'functionUrl':
      return { ...change, before: change.after, after: change.before };
  }
}

/**
 * A stronger measure than a policy, taken by a person for one function. `freeze` lets nobody in, listed or not;
 * `disable-triggers` stops what no policy stops: Lambda's own pollers, and anonymous calls of a function URL.
 */
export type Tier = 'freeze' | 'disable-triggers';

/** All tiers, in the order of the help texts. */
export const TIERS: readonly Tier[] = ['freeze', 'disable-triggers'];

/** What `freeze` looks at. */
export interface ConcurrencySettings {
  readonly tier: 'freeze';
  /** Concurrent executions reserved for the function and all its versions; null where it shares the account's pool. */
  readonly reservedConcurrency: number | null;
  /** Versions and aliases with provisioned concurrency. */
  readonly provisioned: readonly string[];
}

/** What `disable-triggers` looks at. */
export interface TriggerSettings {
  readonly tier: 'disable-triggers';
  readonly mappings: readonly MappingSetting[];
  readonly urls: readonly UrlSetting[];
}

/** One event source mapping of the function or of one of its versions and aliases. */
export interface MappingSetting {
  readonly uuid: string;
  /** Null for sources without an ARN (self-managed Kafka). */
  readonly sourceArn: string | null;
  readonly state: 'enabled' | 'disabled';
}

/** One function URL: the function's own (`qualifier` null) or an alias's. */
export interface UrlSetting {
  readonly qualifier: string | null;
  readonly authType: 'NONE' | 'AWS_IAM';
}

/** The settings that one tier turns. */
export type SwitchSettings = ConcurrencySettings | TriggerSettings;

/** One setting to be changed: what it is, and what it is to be. A way back is the same with both ends swapped. */
export type SwitchChange =
  | { readonly kind: 'reservedConcurrency'; readonly before: number | null; readonly after: number | null }
  | {
      readonly kind: 'eventSourceMapping';
      readonly uuid: string;
      readonly sourceArn: string | null;
      readonly before: MappingSetting['state'];
      readonly after: MappingSetting['state'];
    }
  | {
      readonly kind: 'functionUrl';
      readonly qualifier: string | null;
      readonly before: UrlSetting['authType'];
      readonly after: UrlSetting['authType'];
    };

/** What a switch is set to now, or that there is no such mapping or URL any more. */
export type SwitchPosition =
  | { readonly kind: 'set'; readonly value: number | string | null }
  | { readonly kind: 'gone' };

/** Names the switch that a change is about, the same for every change of the same switch. */
export function nameSwitch(change: SwitchChange): string {
  switch (change.kind) {
    case 'reservedConcurrency':
      return change.kind;
    case 'eventSourceMapping':
      return `${change.kind} ${change.uuid}`;
    case 'functionUrl':
      return `${change.kind} ${change.qualifier ?? ''}`;
  }
}

/** Reads how the switch of a change stands in settings that were read later. */
export function findSwitch(settings: SwitchSettings, change: SwitchChange): SwitchPosition {
  if (settings.tier === 'freeze') {
    return change.kind === 'reservedConcurrency'
      ? { kind: 'set', value: settings.reservedConcurrency }
      : { kind: 'gone' };
  }
  if (change.kind === 'eventSourceMapping') {
    const found = settings.mappings.find(({ uuid }) => uuid === change.uuid);
    return found === undefined ? { kind: 'gone' } : { kind: 'set', value: found.state };
  }
  if (change.kind === 'functionUrl') {
    const found = settings.urls.find(({ qualifier }) => qualifier === change.qualifier);
    return found === undefined ? { kind: 'gone' } : { kind: 'set', value: found.authType };
  }
  return { kind: 'gone' };
}

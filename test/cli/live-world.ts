import type { Lever } from '../../core/plan/containment-plan.ts';
import { FUNCTION_ARN, PLANTED_GRANT, S3_GRANT } from '../containment/calls.ts';
import {
  InMemoryLedger,
  InMemoryPolicies,
  InMemoryTags,
  StandingClock,
} from '../containment/in-memory-ports.ts';

/** A live account in memory: one function with an alias, whose policies hold a listed trigger and a planted grant. */
export interface LiveWorld {
  readonly policies: InMemoryPolicies;
  readonly ledger: InMemoryLedger;
  readonly clock: StandingClock;
  readonly tags: InMemoryTags;
  readonly qualifiers: { readonly listQualifiers: (functionArn: string) => Promise<readonly string[]> };
}

export const LIVE = { functionArn: FUNCTION_ARN, qualifier: 'live' };

export function buildLiveWorld(lever: Lever = 'resourcePolicy'): LiveWorld {
  const policies = new InMemoryPolicies(lever);
  for (const qualifier of [null, 'live']) placeGrants(policies, qualifier);
  return {
    policies,
    ledger: new InMemoryLedger(),
    clock: new StandingClock(),
    tags: new InMemoryTags(),
    qualifiers: { listQualifiers: async () => ['live'] },
  };
}

/** Puts the first policy back, as a deployment would. */
export function placeGrants(policies: InMemoryPolicies, qualifier: string | null): void {
  const Resource = qualifier === null ? FUNCTION_ARN : `${FUNCTION_ARN}:${qualifier}`;
  const Statement = [S3_GRANT, PLANTED_GRANT].map((grant) => ({ ...grant, Resource }));
  policies.place({ functionArn: FUNCTION_ARN, qualifier }, { Version: '2012-10-17', Statement });
}

export const countWrites = ({ policies }: LiveWorld): number =>
  policies.calls.filter((call) => call === 'writePolicy').length;

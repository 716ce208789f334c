import type { RecordPorts } from '../../containment/record-handling.ts';
import type { Lever } from '../../core/plan/containment-plan.ts';
import { POLICY, TARGET } from './calls.ts';
import {
  InMemoryAlertBook,
  InMemoryAlerts,
  InMemoryChangeHistory,
  InMemoryConvergence,
  InMemoryHeartbeats,
  InMemoryLedger,
  InMemoryMappingMemory,
  InMemoryMappings,
  InMemoryPolicies,
  InMemorySightings,
  InMemoryTags,
  StandingClock,
} from './in-memory-ports.ts';
import { InMemoryTierLedger } from './in-memory-tiers.ts';

/** Everything that dealing with records acts on, in memory. Time moves only when a test moves it. */
export interface GuardWorld extends RecordPorts {
  readonly policies: InMemoryPolicies;
  readonly ledger: InMemoryLedger;
  readonly alerts: InMemoryAlerts;
  readonly alertBook: InMemoryAlertBook;
  readonly changeHistory: InMemoryChangeHistory;
  readonly convergence: InMemoryConvergence;
  readonly mappings: InMemoryMappings;
  readonly mappingMemory: InMemoryMappingMemory;
  readonly heartbeats: InMemoryHeartbeats;
  readonly sightings: InMemorySightings;
  readonly tags: InMemoryTags;
  readonly tiers: InMemoryTierLedger;
  readonly clock: StandingClock;
}

/** A world in which no function has a policy and nothing was found yet. */
export function buildGuardWorld(lever: Lever = 'resourcePolicy'): GuardWorld {
  return {
    policies: new InMemoryPolicies(lever),
    ledger: new InMemoryLedger(),
    alerts: new InMemoryAlerts(),
    alertBook: new InMemoryAlertBook(),
    changeHistory: new InMemoryChangeHistory(),
    convergence: new InMemoryConvergence(),
    mappings: new InMemoryMappings(),
    mappingMemory: new InMemoryMappingMemory(),
    heartbeats: new InMemoryHeartbeats(),
    sightings: new InMemorySightings(),
    tags: new InMemoryTags(),
    tiers: new InMemoryTierLedger(),
    clock: new StandingClock(),
  };
}

/** The same, where the function lets in the listed bucket and the user whose grant somebody planted. */
export function buildPlantedWorld(lever?: Lever): GuardWorld {
  const world = buildGuardWorld(lever);
  world.policies.place(TARGET, POLICY);
  return world;
}

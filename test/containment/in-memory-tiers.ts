import type {
  FunctionSwitches,
  SwitchReading,
  SwitchResult,
  TierLedger,
  TierRecord,
  TierSnapshot,
  TierWrite,
} from '../../containment/tier-ports.ts';
import type { ConcurrencySettings, SwitchChange, Tier, TriggerSettings } from '../../core/tier/tier.ts';
import type { Interruption } from './in-memory-ports.ts';

/** The switches of one function. */
export class InMemorySwitches implements FunctionSwitches {
  readonly calls: string[] = [];
  concurrency: ConcurrencySettings = { tier: 'freeze', reservedConcurrency: null, provisioned: [] };
  triggers: TriggerSettings = { tier: 'disable-triggers', mappings: [], urls: [] };
  interrupt: Interruption = () => undefined;
  refusal: string | undefined;

  async readSwitches(_functionArn: string, tier: Tier): Promise<SwitchReading> {
    this.#enter('readSwitches');
    return { kind: 'present', settings: tier === 'freeze' ? this.concurrency : this.triggers };
  }

  async turnSwitch(_functionArn: string, change: SwitchChange): Promise<SwitchResult> {
    this.#enter(`turn ${change.kind}`);
    if (this.refusal !== undefined) return { kind: 'refused', reason: this.refusal };
    const { mappings, urls } = this.triggers;
    switch (change.kind) {
      case 'reservedConcurrency':
        this.concurrency = { ...this.concurrency, reservedConcurrency: change.after };
        break;
      case 'eventSourceMapping': {
        const turned = mappings.map((one) =>
          one.uuid === change.uuid ? { ...one, state: change.after } : one,
        );
        this.triggers = { ...this.triggers, mappings: turned };
        break;
      }
      case 'functionUrl': {
        const turned = urls.map((one) =>
          one.qualifier === change.qualifier ? { ...one, authType: change.after } : one,
        );
        this.triggers = { ...this.triggers, urls: turned };
      }
    }
    this.#enter(`turned ${change.kind}`);
    return { kind: 'turned' };
  }

  #enter(call: string): void {
    this.calls.push(call);
    this.interrupt(call);
  }
}

/** Tiers in memory, with the compare-and-swap that the port promises. */
export class InMemoryTierLedger implements TierLedger {
  /** When a tier is taken back: tests set it. */
  retiredTime = '2026-11-21T10:00:00.000Z';
  readonly records = new Map<string, TierRecord>();
  readonly calls: string[] = [];
  interrupt: Interruption = () => undefined;

  async readTier(functionArn: string, tier: Tier): Promise<TierRecord | null> {
    this.#enter('readTier');
    return this.records.get(`${functionArn} ${tier}`) ?? null;
  }

  async storeTier(snapshot: TierSnapshot, replaced: TierRecord | null): Promise<TierWrite> {
    this.#enter('storeTier');
    const key = `${snapshot.functionArn} ${snapshot.tier}`;
    if (JSON.stringify(this.records.get(key) ?? null) !== JSON.stringify(replaced))
      return { kind: 'conflict' };
    this.records.set(key, { snapshot, state: 'standing' });
    return { kind: 'stored' };
  }

  async retireTier(snapshot: TierSnapshot): Promise<TierWrite> {
    this.#enter('retireTier');
    const key = `${snapshot.functionArn} ${snapshot.tier}`;
    const standing: TierRecord = { snapshot, state: 'standing' };
    if (JSON.stringify(this.records.get(key)) !== JSON.stringify(standing)) return { kind: 'conflict' };
    this.records.set(key, { snapshot, state: 'rolledBack', retiredTime: this.retiredTime });
    return { kind: 'stored' };
  }

  #enter(call: string): void {
    this.calls.push(call);
    this.interrupt(call);
  }
}

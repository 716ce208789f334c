import type { Guard } from '../guard.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import type { SwitchChange, Tier } from '../tier/tier.ts';
import { composeTierRollbackCommand, describeChange, describeTier, listTierGaps } from '../tier/tier-text.ts';
import type { Alert } from './alert.ts';
import { quoteText } from './quotation.ts';
import { composeSection } from './section.ts';
import { composeSubject } from './subject.ts';

/** What a person did to one function with a tier. */
export interface TierSubject {
  readonly guard: Guard;
  readonly functionArn: string;
  readonly tier: Tier;
  readonly direction: 'putOn' | 'takenBack';
  readonly runID: string;
  /** Settings that were turned and read back. */
  readonly done: readonly SwitchChange[];
  /** What could not be done and why. */
  readonly failures: readonly string[];
  /** SHA-256 of the stored snapshot. */
  readonly digest: string;
}

/** The structured form of an alert about a tier. */
export interface TierEvent extends TierSubject {
  readonly version: 1;
  readonly kind: 'tier';
  readonly notStopped: readonly string[];
  /** The command that takes the tier back; null where it was just taken back. */
  readonly rollback: string | null;
}

/**
 * Composes the alert about a tier that a person put on or took back, for those who wonder why a function does not
 * answer: what was turned, what failed, what goes on all the same, and the way back.
 */
export function composeTierAlert(about: TierSubject): Alert {
  const { guard, functionArn, tier, direction, done, failures } = about;
  const name = parseFunctionName(functionArn)?.name ?? 'unknown function';
  const rollback = direction === 'putOn' ? composeTierRollbackCommand(functionArn, tier) : null;
  const notStopped = direction === 'putOn' ? listTierGaps(tier) : [];
  return {
    subject: composeSubject(headlineTier(about), name),
    text: composeText(about, notStopped, rollback),
    event: { version: 1, kind: 'tier', ...about, notStopped, rollback },
    attributes: {
      kind: 'tier',
      tier,
      outcome: failures.length > 0 ? 'refused' : direction === 'putOn' ? 'contained' : 'rolledBack',
      settings: String(done.length),
      functionName: name,
      account: guard.account,
      region: guard.region,
    },
  };
}

function headlineTier({ tier, direction, failures }: TierSubject): string {
  const word = direction === 'putOn' ? 'put on' : 'taken back';
  return `${tier} ${failures.length > 0 ? 'NOT wholly ' : ''}${word}`;
}

function composeText(about: TierSubject, notStopped: readonly string[], rollback: string | null): string {
  const { guard, functionArn, tier, done, failures } = about;
  return `${[
    functionArn,
    `A person asked for it: ${headlineTier(about)}.`,
    ...(rollback === null ? [] : [`What ${tier} means: ${describeTier(tier)}.`]),
    ...composeSection('Turned and read back:', done.map(describeChange)),
    ...composeSection('FAILED:', failures.map(quoteText)),
    ...composeSection('What this does not stop:', notStopped),
    ...composeSection('To take it back:', rollback === null ? [] : [rollback]),
    `Snapshot SHA-256 ${about.digest}; run ${quoteText(about.runID)}`,
    `Guard: ${guard.name} in ${guard.account}, ${guard.region}`,
  ].join('\n')}\n`;
}

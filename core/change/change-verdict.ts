/**
 * What a change would do, whether or not it succeeded: let in a caller that is not listed, take access away, weaken the
 * guard itself, or none of these.
 */
export type ChangeVerdict = 'opens' | 'closes' | 'tampers' | 'neutral';

/** A verdict and why. */
export interface ChangeDecision {
  readonly verdict: ChangeVerdict;
  /** One sentence for people, safe to print. */
  readonly reason: string;
}

/** It would let in, or may let in, somebody who is not listed. */
export function opens(reason: string): ChangeDecision {
  return { verdict: 'opens', reason };
}

/** It takes access away. */
export function closes(reason: string): ChangeDecision {
  return { verdict: 'closes', reason };
}

/** It weakens the guard itself, or what the guard sees. */
export function tampers(reason: string): ChangeDecision {
  return { verdict: 'tampers', reason };
}

/** It lets in listed callers only, or changes nothing about who gets in. */
export function neutral(reason: string): ChangeDecision {
  return { verdict: 'neutral', reason };
}

import type { Guard } from '../guard.ts';
import { parseFunctionName } from '../record/function-reference.ts';
import type { Alert } from './alert.ts';
import { describeOutcome } from './headline.ts';
import type { Outcome } from './outcome.ts';
import { quoteText } from './quotation.ts';
import { composeRollbackCommand } from './rollback-command.ts';
import { composeSection } from './section.ts';
import { composeSubject } from './subject.ts';

/** How one policy of a function ended when all of them were brought under the allowlist. */
export interface ConvergedPolicy {
  readonly qualifier: string | null;
  readonly outcome: Outcome;
}

/** What a run over all policies of one function did. */
export interface ConvergenceSubject {
  readonly guard: Guard;
  readonly functionArn: string;
  readonly runID: string;
  readonly policies: readonly ConvergedPolicy[];
  /** Qualifiers that this run did not reach. */
  readonly pending: readonly (string | null)[];
}

/** The structured form of an alert about such a run. */
export interface ConvergenceEvent {
  readonly version: 1;
  readonly kind: 'convergence';
  readonly guard: Guard;
  readonly functionArn: string;
  readonly runID: string;
  readonly policies: readonly { readonly qualifier: string | null; readonly outcome: Outcome['kind'] }[];
  readonly pending: readonly (string | null)[];
}

/**
 * Composes the alert about a run over all policies of a function: how many were rewritten, which refused and why, and
 * how many are still to come. Says "all" only where all were reached and none refused.
 */
export function composeConvergenceAlert(about: ConvergenceSubject): Alert {
  const { guard, functionArn, policies, pending } = about;
  const name = parseFunctionName(functionArn)?.name ?? 'unknown function';
  const rewritten = policies.filter(({ outcome }) => outcome.kind === 'contained');
  const open = policies.filter(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'delayed');
  const whole = open.length === 0 && pending.length === 0;
  const headline = whole ? 'all versions and aliases guarded' : 'versions and aliases NOT all guarded';
  return {
    subject: composeSubject(headline, name),
    text: `${[
      functionArn,
      `${policies.length} of ${policies.length + pending.length} policies looked at: ${rewritten.length} rewritten, ${open.length} NOT guarded.`,
      ...composeSection(
        'Rewritten:',
        rewritten.map((policy) => composeCommand(functionArn, policy)),
      ),
      ...composeSection('NOT guarded:', open.map(describeOpen)),
      ...composeSection('Still to come, in the next minutes:', pending.map(nameQualifier)),
      `Guard: ${guard.name} in ${guard.account}, ${guard.region}; run ${quoteText(about.runID)}`,
    ].join('\n')}\n`,
    event: {
      version: 1,
      kind: 'convergence',
      guard,
      functionArn,
      runID: about.runID,
      policies: policies.map(({ qualifier, outcome }) => ({ qualifier, outcome: outcome.kind })),
      pending,
    },
    attributes: {
      kind: 'convergence',
      outcome: whole ? 'contained' : 'refused',
      functionName: name,
      account: guard.account,
      region: guard.region,
    },
  };
}

function composeCommand(functionArn: string, { qualifier, outcome }: ConvergedPolicy): string {
  const digest = outcome.kind === 'contained' ? outcome.digest : undefined;
  return composeRollbackCommand({ functionArn, qualifier }, digest) ?? '';
}

function describeOpen({ qualifier, outcome }: ConvergedPolicy): string {
  return `${nameQualifier(qualifier)}: ${quoteText(describeOutcome(outcome))}`;
}

function nameQualifier(qualifier: string | null): string {
  return qualifier ?? 'the function itself';
}

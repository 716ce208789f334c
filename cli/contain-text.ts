import type { HardenedPolicy, HardeningPlan } from '../containment/hardening.ts';
import { describeOutcome } from '../core/alert/headline.ts';
import type { Outcome } from '../core/alert/outcome.ts';
import { composePolicyDiff } from '../core/alert/policy-diff.ts';
import { describePolicyOwner, type PolicyOwner } from '../core/alert/policy-owner.ts';
import { composeRollbackCommand } from '../core/alert/rollback-command.ts';
import { describeCaller } from '../core/caller/description.ts';
import type { ReplacePlan } from '../core/plan/containment-plan.ts';
import { policiesMeanSame } from '../core/policy/canonical-form.ts';
import { qualifyFunctionArn } from '../core/record/function-reference.ts';
import { printSafely } from '../core/text.ts';
import type { CallerFate, SeenCaller, SeenCallers } from './contain-callers.ts';
import { describePlan } from './plan-text.ts';

/** A function that was asked for and is not contained, and why. */
export interface LeftOut {
  readonly functionArn: string;
  readonly reason: string;
}

/** A function that is to be contained, and who else writes its policies. */
export interface OwnedFunction {
  readonly functionArn: string;
  readonly owner: PolicyOwner;
}

/** Writes what may overwrite the containment of each function, for people. */
export function describeOwners(owners: readonly OwnedFunction[]): string {
  return owners
    .map(({ functionArn, owner }) => {
      const sentences = describePolicyOwner(owner).map((sentence) => `  * ${printSafely(sentence)}`);
      return `What may overwrite the policies of ${functionArn}:\n${sentences.join('\n')}\n`;
    })
    .join('');
}

/** Writes what would be done to each policy, for people. */
export function describePlans(plans: readonly HardeningPlan[], leftOut: readonly LeftOut[]): string {
  const blocks = plans.map((planned) => {
    const name = qualifyFunctionArn(planned.target.functionArn, planned.target.qualifier);
    switch (planned.kind) {
      case 'planned':
        return describePlan(name, planned.plan);
      case 'unreadable':
        return `${name}\nRefused: ${printSafely(planned.reason)}\n`;
      case 'missing':
        return `${name}\nNothing to do: it does not exist any more\n`;
    }
  });
  return [
    ...blocks,
    ...leftOut.map(({ functionArn, reason }) => `${functionArn}\nLeft out: ${reason}\n`),
  ].join('');
}

const FATES: Readonly<Record<CallerFate, string>> = {
  shutOut: 'shut out',
  perhaps: 'perhaps shut out',
  notGoverned: 'not stopped by a policy',
};

/** Writes who in the logs is not listed, for people. */
export function describeSeenCallers({ callers, records, unread }: SeenCallers): string {
  const read = `${records} ${records === 1 ? 'record' : 'records'} read`;
  const head =
    callers.length === 0
      ? `Callers in the logs who are not listed: none (${read})`
      : `Callers in the logs who are not listed (${read}):`;
  const gaps = unread.slice(0, 10).map((line) => `  not read: ${printSafely(line)}`);
  const more = unread.length > 10 ? [`  not read: ${unread.length - 10} more`] : [];
  const incomplete = unread.length === 0 ? [] : ['The list may lack callers:', ...gaps, ...more];
  return [head, ...callers.map(describeSeenCaller), ...incomplete, ''].join('\n');
}

function describeSeenCaller({ functionArn, caller, fate, reason, calls, lastSeen }: SeenCaller): string {
  const count = `${calls} ${calls === 1 ? 'call' : 'calls'}, last ${lastSeen ?? 'at an unknown time'}`;
  const why = fate === 'shutOut' ? '' : ` (${reason})`;
  return `  ${printSafely(`${FATES[fate]}: ${describeCaller(caller)} of ${functionArn}: ${count}${why}`)}`;
}

/** Writes how one policy ended, for people; where more was changed than was shown, what it was. */
export function describeHardened({ target, outcome }: HardenedPolicy, shown: ReplacePlan): string {
  const name = qualifyFunctionArn(target.functionArn, target.qualifier);
  const lines = describeEnd(outcome, shown);
  return `${[name, ...lines.map((line) => `  ${printSafely(line)}`)].join('\n')}\n`;
}

function describeEnd(outcome: Outcome, shown: ReplacePlan): readonly string[] {
  switch (outcome.kind) {
    case 'contained': {
      const same =
        policiesMeanSame({ Statement: outcome.removed }, { Statement: shown.removed }) &&
        policiesMeanSame({ Statement: outcome.added }, { Statement: shown.added });
      const differently = same
        ? []
        : [
            'The policy had changed since it was shown. What was written:',
            ...composePolicyDiff(outcome.removed, outcome.added),
          ];
      return [`Contained and read back; snapshot SHA-256 ${outcome.digest}`, ...differently];
    }
    case 'alreadyContained':
      return ['Nothing was left to do: somebody else contained it in the meantime'];
    case 'notAttempted':
      return [`Nothing to do: ${outcome.reason}`];
    case 'refused':
      return [`NOT CONTAINED, nothing was changed: ${outcome.reason}`];
    case 'delayed':
      return [`NOT CERTAINLY CONTAINED: ${outcome.reason}; run the command again`];
    case 'observed':
    case 'mappingDisabled':
    case 'ineffective':
      return [describeOutcome(outcome)];
  }
}

/** Writes the commands that take the run back, one a policy. */
export function describeWaysBack(hardened: readonly HardenedPolicy[]): string {
  const commands = hardened.flatMap(({ target, outcome }) =>
    outcome.kind === 'contained' ? [`  ${composeRollbackCommand(target, outcome.digest) ?? ''}`] : [],
  );
  return commands.length === 0 ? '' : `To take it back:\n${commands.join('\n')}\n`;
}

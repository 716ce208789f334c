import type { Verdict } from '../verdict/decision.ts';
import type { ContainedOutcome, Outcome } from './outcome.ts';

/** Says in two or three words what became of a call, for subjects and first lines. */
export function headlineOutcome(verdict: Verdict, outcome: Outcome): string {
  const call = verdict === 'undetermined' ? 'undetermined call' : 'unauthorized call';
  switch (outcome.kind) {
    case 'observed':
      return `${call}, observed only`;
    case 'notAttempted':
      return `${call}, nothing changed`;
    case 'contained':
    case 'alreadyContained':
    case 'mappingDisabled':
      return `${call}, contained`;
    case 'ineffective':
      return `${call} after containment, NOT STOPPED`;
    case 'refused':
      return `${call}, NOT contained`;
    case 'delayed':
      return `${call}, NOT contained yet`;
  }
}

/** Says in a sentence or two what was done. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'observed':
      return 'Nothing: this function is in mode observe. Set `mode: enforce` to shut such callers out.';
    case 'notAttempted':
      return `Nothing: ${outcome.reason}.`;
    case 'contained':
      return describeContainment(outcome);
    case 'mappingDisabled':
      return 'The event source mapping was disabled. Its source keeps its records until the mapping is enabled again.';
    case 'alreadyContained':
      return 'Nothing was left to do: the policy already shuts out every caller that is not listed.';
    case 'ineffective':
      return (
        `The policy was rewritten at ${outcome.containedTime}, and this call came later all the same. ` +
        "Something outside the resource policy lets this caller in: look at the caller's own IAM permissions now."
      );
    case 'refused':
      return `NOT CONTAINED. Nothing was changed: ${outcome.reason}.`;
    case 'delayed':
      return `NOT CONTAINED YET: ${outcome.reason}. The guard goes on trying.`;
  }
}

function describeContainment({ lever, scope }: ContainedOutcome): string {
  if (lever === 'permissions') {
    return "The function's permissions were narrowed and read back. Grants that let unlisted callers in are gone.";
  }
  return scope === 'offender'
    ? "The function's resource policy was rewritten and read back. It now denies this caller, and only this one."
    : "The function's resource policy was rewritten and read back. It now denies every caller that is not listed.";
}

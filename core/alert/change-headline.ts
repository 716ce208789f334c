import type { ChangeAction } from '../change/change.ts';
import type { ChangeSubject } from './change-alert.ts';
import type { Outcome } from './outcome.ts';

/** Says in a few words what was changed and what became of it, for subjects and first lines. */
export function headlineChange(about: ChangeSubject): string {
  const what = nameWhat(about);
  if (about.finding === 'noticed') return what;
  return `${what}${describeEnd(about, readWorstOutcome(about.steps).kind)}`;
}

function nameWhat({ change, decision, origin, finding }: ChangeSubject): string {
  const failed = change.errorCode !== null;
  if (origin === 'guardRoleAlone') return "the guard's role was used by somebody else";
  if (finding === 'noticed') {
    const noticed = nameNoticed(change.action);
    return failed ? `attempt failed: ${noticed}` : noticed;
  }
  if (decision.verdict === 'tampers') {
    return failed ? 'attempt to tamper with the guard' : 'guard tampered with';
  }
  return failed ? 'attempt to open a door' : 'door opened';
}

function nameNoticed(action: ChangeAction): string {
  if (action.kind === 'mappingDisabled') return 'Lambda disabled a trigger';
  if (action.kind !== 'function') return 'change noticed';
  switch (action.step) {
    case 'created':
      return 'function made';
    case 'codeChanged':
      return 'function code changed';
    case 'configurationChanged':
      return 'function configuration changed';
    case 'deleted':
      return 'function deleted';
  }
}

function describeEnd({ change, decision }: ChangeSubject, outcome: Outcome['kind']): string {
  switch (outcome) {
    case 'observed':
      return ', observed only';
    case 'notAttempted':
      return change.errorCode === null ? ', nothing changed' : ', failed';
    case 'contained':
      return decision.verdict === 'tampers' ? ', repaired' : ', contained';
    case 'mappingDisabled':
      return ', trigger disabled';
    case 'alreadyContained':
      return ', the guard holds';
    case 'ineffective':
      return ', NOT STOPPED';
    case 'refused':
      return ', NOT contained';
    case 'delayed':
      return ', NOT contained yet';
  }
}

/** What needs a person comes first. */
const WORST_FIRST: readonly Outcome['kind'][] = [
  'refused',
  'delayed',
  'ineffective',
  'notAttempted',
  'observed',
  'contained',
  'mappingDisabled',
  'alreadyContained',
];

/** The outcome that stands for all, where a change is about several functions. */
export function readWorstOutcome(steps: ChangeSubject['steps']): Outcome {
  const outcomes = steps.map(({ outcome }) => outcome);
  const worst = WORST_FIRST.find((kind) => outcomes.some((outcome) => outcome.kind === kind));
  return (
    outcomes.find(({ kind }) => kind === worst) ?? { kind: 'notAttempted', reason: 'there was nothing to do' }
  );
}

import type { GuardAction } from './change.ts';
import { type ChangeDecision, tampers } from './change-verdict.ts';
import type { GuardPart, PartStep } from './guard-part.ts';

/** Says what a call does to a part of the guard. Whatever it asks for, it is told. */
export function judgePart({ part, step }: GuardAction & { readonly kind: 'part' }): ChangeDecision {
  switch (step) {
    case 'deployed':
      return tampers('a deployment of the guard, or its removal: by the name of the stack');
    case 'emptied':
    case 'silenced':
      return tampers(`${STEPS[step]} ${PARTS[part]}`);
    default:
      return tampers(`${STEPS[step]} ${PARTS[part]}; a deployment of the guard may do so too`);
  }
}

const STEPS: Readonly<Record<Exclude<PartStep, 'deployed'>, string>> = {
  deleted: 'deletes, wholly or in part,',
  emptied: 'empties, wholly or in part,',
  accessChanged: 'changes who may use',
  rightsChanged: 'changes the rights of',
  settingsChanged: 'changes the settings of',
  audienceChanged: 'changes who is told by',
  silenced: 'silences',
  rewritten: 'makes or rewrites',
};

const PARTS: Readonly<Record<GuardPart, string>> = {
  queue: "a queue with the name of one of the guard's, where records and jobs wait",
  topic: "a topic with the name of one of the guard's, which alerts go out by",
  table: "a table with the name of the guard's ledger, which holds policies as they were",
  role: "a role with the name of one of the guard's, with whose rights it works",
  logBucket: "a bucket with the name of the guard's, where the trail's log files are",
  logGroup: "a log group with the name of one of the guard's",
  alarm: "an alarm with the name of one of the guard's",
  key: "a key that is told as the guard's, without which it can neither read nor write",
  stack: "a stack with the name of one of the guard's",
  function: "one of the guard's own functions",
  resource: 'a part of the guard, by its name, through Cloud Control',
};

import type { ChangeSubject } from '../core/alert/change-alert.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { findFunctionEntry } from '../core/allowlist/function-match.ts';
import { readSession } from '../core/caller/session.ts';
import { tampers } from '../core/change/change-verdict.ts';
import type { Guard } from '../core/guard.ts';
import type { ChangeAnswer } from './change-answer.ts';
import type { JudgedChange } from './change-judgement.ts';
import type { TracedOrigin } from './change-origin.ts';

const MISUSED =
  "the guard's own role made this change, and the ledger knows nothing of it: somebody else has got hold of that role";

/** A change that people are told of. */
export interface ToldChange extends JudgedChange {
  /** The record, or the EventBridge event around it. */
  readonly input: unknown;
  readonly finding: ChangeSubject['finding'];
  readonly traced: TracedOrigin;
}

/** Puts together what an alert tells; a write by the guard's own role that nobody can explain is a tampering itself. */
export function composeChangeSubject(
  { change, decision, input, finding, traced }: ToldChange,
  { steps, remains }: ChangeAnswer,
  allowlist: Allowlist,
  guard: Guard,
): ChangeSubject {
  const misused = traced.kind === 'traced' && traced.origin === 'guardRoleAlone';
  return {
    guard,
    change,
    decision: misused ? tampers(`${MISUSED}. The change itself: ${decision.reason}`) : decision,
    finding,
    origin: misused ? 'guardRoleAlone' : 'others',
    session: readSession(input),
    mode: findFunctionEntry(allowlist, change.functionArn ?? steps[0]?.functionArn ?? '')?.mode ?? null,
    steps,
    remains,
    recentContainment: null,
  };
}

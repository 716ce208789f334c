import type { InspectedPolicy } from '../containment/inspection.ts';
import type { FunctionEntry } from '../core/allowlist/allowlist.ts';
import type { EndingEntry } from '../core/allowlist/expiry.ts';
import type { Coverage, FunctionStatus } from './status-text.ts';

/** Composes the JSON form of `status` without `--function` (docs/commands.md). */
export function composeCoverageJson({ region, functions, ending }: Coverage): Record<string, unknown> {
  return {
    kind: 'functions',
    region,
    functions: functions.map(({ functionArn, entry }) => ({ functionArn, guarded: composeGuarded(entry) })),
    ending: ending.map(composeEnding),
  };
}

/** Composes the JSON form of `status --function` (docs/commands.md). */
export function composeFunctionJson(status: FunctionStatus): Record<string, unknown> {
  const { functionArn, entry, policies, ending, ledger } = status;
  return {
    kind: 'function',
    functionArn,
    guarded: composeGuarded(entry),
    policies: policies.map(composePolicy),
    ledger,
    ending: ending.map(composeEnding),
  };
}

function composeGuarded(entry: FunctionEntry | undefined): Record<string, unknown> | null {
  if (entry === undefined) return null;
  return { entry: entry.pointer, mode: entry.mode, scope: entry.scope ?? 'allowlist' };
}

function composePolicy({ target, state, containments }: InspectedPolicy): Record<string, unknown> {
  const { kind, ...rest } = state;
  return {
    qualifier: target.qualifier,
    state: kind,
    ...rest,
    containments: containments.map(({ snapshot, state: reached }) => ({
      containmentId: snapshot.containmentId,
      storedTime: snapshot.storedTime,
      state: reached,
      offender: snapshot.offender,
    })),
  };
}

function composeEnding({ entry, state, expires }: EndingEntry): Record<string, unknown> {
  return { entry: entry.pointer, state, expires };
}

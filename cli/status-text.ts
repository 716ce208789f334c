import type { InspectedPolicy, PolicyState } from '../containment/inspection.ts';
import type { Containment } from '../containment/ports.ts';
import type { FunctionEntry } from '../core/allowlist/allowlist.ts';
import type { EndingEntry } from '../core/allowlist/expiry.ts';
import { describeCaller } from '../core/caller/description.ts';
import { STACK_FUNCTION_NAMES } from '../core/guard.ts';
import type { OpenWay } from '../core/plan/open-way.ts';
import { parseFunctionName, qualifyFunctionArn } from '../core/record/function-reference.ts';
import { printSafely } from '../core/text.ts';

/** All functions of an account and Region, each with the entry that guards it. */
export interface Coverage {
  readonly region: string;
  /** The allowlist as the user named it. */
  readonly config: string;
  readonly functions: readonly CoveredFunction[];
  readonly ending: readonly EndingEntry[];
}

/** One function; `entry` is `undefined` where nobody guards it. */
export interface CoveredFunction {
  readonly functionArn: string;
  readonly entry: FunctionEntry | undefined;
}

/** One function with all that was found of it. */
export interface FunctionStatus {
  readonly functionArn: string;
  readonly entry: FunctionEntry;
  readonly policies: readonly InspectedPolicy[];
  readonly ending: readonly EndingEntry[];
  /** Whether there is a deployed guard whose ledger could be read. */
  readonly ledger: 'read' | 'none';
}

/** Writes who guards which function, for people. */
export function describeCoverage({ region, config, functions, ending }: Coverage): string {
  if (functions.length === 0) return `There is no function in ${region}.\n`;
  const names = functions.map(({ functionArn }) => parseFunctionName(functionArn)?.name ?? functionArn);
  const width = Math.max(...names.map((name) => name.length));
  const lines = functions.map(
    (one, index) =>
      `  ${printSafely(names[index] ?? '').padEnd(width)}  ${describeCover(one, names[index] ?? '')}`,
  );
  const open = functions.filter(({ entry }, index) => entry === undefined && !isOwn(names[index] ?? ''));
  const count = `${functions.length} ${functions.length === 1 ? 'function' : 'functions'}`;
  const close = open.length === 0 ? `All are guarded` : `${open.length} not guarded`;
  return [`${region}, ${count}, by ${config}`, ...lines, `${close}.`, ...describeEnding(ending), ''].join(
    '\n',
  );
}

function describeCover({ entry }: CoveredFunction, name: string): string {
  if (entry === undefined) return isOwn(name) ? "the guard's own, left out" : 'NOT GUARDED';
  const scope = entry.scope === 'offender' ? ', scope offender' : '';
  return `${entry.mode}${scope}  (${entry.pointer})`;
}

/** The guard's own functions are no gap: their calls are left out everywhere, by exact name. */
function isOwn(name: string): boolean {
  return STACK_FUNCTION_NAMES.includes(name);
}

/** Writes what the policies of one function let in, for people. */
export function describeFunction({ functionArn, entry, policies, ending, ledger }: FunctionStatus): string {
  const blocks = policies.map(({ target, state, containments }) => {
    const name = qualifyFunctionArn(target.functionArn, target.qualifier);
    return [name, ...[...describeState(state), ...containments.map(describeContainment)].map(indent)].join(
      '\n',
    );
  });
  const guarded = `${functionArn}: ${describeCover({ functionArn, entry }, '')}`;
  const without =
    ledger === 'none' ? ['There is no record of containments: no deployed guard, no ledger.'] : [];
  return [guarded, ...blocks, ...without, ...describeEnding(ending), ''].join('\n');
}

function describeState(state: PolicyState): readonly string[] {
  switch (state.kind) {
    case 'missing':
      return ['GONE: this version or alias does not exist any more'];
    case 'refused':
      return [`REFUSED, containment would not touch it: ${state.reason}`, ...listNotes(state.notes)];
    case 'guarded':
      return ['GUARDED: nothing is left to do', ...listNotes(state.notes)];
    case 'noPolicy': {
      const change = state.added === 0 ? 'nothing to contain' : describeChange(state);
      return [`NO POLICY, only the IAM permissions of callers in this account count: ${change}`];
    }
    case 'open':
      return [`OPEN: ${describeChange(state)}`, ...state.ways.map((way) => `* ${describeWay(way)}`)];
  }
}

function listNotes(notes: readonly string[]): readonly string[] {
  return notes.map((note) => `* not stopped: ${note}`);
}

function describeChange({ removed, added }: { readonly removed: number; readonly added: number }): string {
  return `containment would remove ${removed} and add ${added} ${added === 1 ? 'statement' : 'statements'}`;
}

function describeWay(way: OpenWay): string {
  switch (way.kind) {
    case 'grant': {
      const serves = way.serves === 'listedToo' ? 'listed and unlisted callers' : 'unlisted callers';
      return `${nameStatement(way.sid)} serves ${serves}: ${JSON.stringify(way.principal)}`;
    }
    case 'unclear':
      return `${nameStatement(way.sid)} may serve unlisted callers: ${way.reason}`;
    case 'identityPolicies':
      return 'no Deny keeps out unlisted roles and users of this account whose own IAM permissions allow the call';
  }
}

function nameStatement(sid: string | null): string {
  return sid === null || sid === '' ? 'a statement without a Sid' : `statement ${JSON.stringify(sid)}`;
}

const STATES = {
  begun: 'begun and not finished',
  settled: 'written and read back',
  rolledBack: 'rolled back',
} as const;

function describeContainment({ snapshot, state }: Containment): string {
  const whom = snapshot.offender === null ? 'no single caller' : describeCaller(snapshot.offender);
  return `${snapshot.storedTime}  ${STATES[state]}  ${whom}`;
}

function describeEnding(ending: readonly EndingEntry[]): readonly string[] {
  return ending.map(({ entry, state, expires }) =>
    state === 'expired'
      ? `The entry ${entry.pointer} expired at ${expires} and lets nobody in: remove or renew it.`
      : `The entry ${entry.pointer} expires at ${expires}: its caller is shut out from then on.`,
  );
}

function indent(line: string): string {
  return `  ${printSafely(line)}`;
}

import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { ConfigurationChange } from '../core/change/change.ts';
import { judgeChange } from '../core/change/change-decision.ts';
import type { ChangeDecision } from '../core/change/change-verdict.ts';
import { parseFunctionArn } from '../core/record/function-reference.ts';
import { PermanentError } from './errors.ts';
import { type MappingPorts, resolveMapping } from './mapping.ts';

/** A change and what the core says of it. */
export interface JudgedChange {
  readonly change: ConfigurationChange;
  readonly decision: ChangeDecision;
}

/**
 * Judges a change with what the record tells, and with what is known beside it: a record of a mapping need not tell
 * what it polls, nor, where Lambda disabled it, what it calls.
 */
export async function judgeKnown(
  change: ConfigurationChange,
  allowlist: Allowlist,
  ports: MappingPorts,
): Promise<JudgedChange> {
  const decision = judgeChange(change, allowlist);
  const known = await completeChange(change, decision, allowlist, ports);
  return known === undefined
    ? { change, decision }
    : { change: known, decision: judgeChange(known, allowlist) };
}

async function completeChange(
  change: ConfigurationChange,
  { verdict }: ChangeDecision,
  allowlist: Allowlist,
  ports: MappingPorts,
): Promise<ConfigurationChange | undefined> {
  const { action, functionArn } = change;
  if (
    action.kind === 'mapping' &&
    verdict === 'opens' &&
    action.sourceArn === null &&
    action.mappingArn !== null
  ) {
    const caller = { kind: 'eventSourceMapping', mappingArn: action.mappingArn } as const;
    const sourceArn = (await resolveMapping(caller, functionArn, allowlist, ports)).get(action.mappingArn);
    return sourceArn === undefined ? undefined : { ...change, action: { ...action, sourceArn } };
  }
  if (action.kind === 'mappingDisabled' && functionArn === null && action.mappingArn !== null) {
    const named = parseFunctionArn((await readFunction(action.mappingArn, ports)) ?? '');
    return named === undefined ? undefined : { ...change, ...named };
  }
  return undefined;
}

/** Of a mapping that the guard may not read nothing more is known. */
async function readFunction(mappingArn: string, { mappings }: MappingPorts): Promise<string | null> {
  try {
    return await mappings.readFunction(mappingArn);
  } catch (error) {
    if (error instanceof PermanentError) return null;
    throw error;
  }
}

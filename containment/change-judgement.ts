import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { ConfigurationChange } from '../core/change/change.ts';
import { judgeChange } from '../core/change/change-decision.ts';
import type { ChangeDecision } from '../core/change/change-verdict.ts';
import { type MappingPorts, resolveMapping } from './mapping.ts';

/** A change and what the core says of it. */
export interface JudgedChange {
  readonly change: ConfigurationChange;
  readonly decision: ChangeDecision;
}

/**
 * Judges a change with what the record tells, and with what is known beside it: a record of a mapping need not tell
 * what it polls.
 */
export async function judgeKnown(
  change: ConfigurationChange,
  allowlist: Allowlist,
  ports: MappingPorts,
): Promise<JudgedChange> {
  const decision = judgeChange(change, allowlist);
  const { action, functionArn } = change;
  const untold = action.kind === 'mapping' && decision.verdict === 'opens' && action.sourceArn === null;
  if (!untold || action.mappingArn === null) return { change, decision };
  const caller = { kind: 'eventSourceMapping', mappingArn: action.mappingArn } as const;
  const sourceArn = (await resolveMapping(caller, functionArn, allowlist, ports)).get(action.mappingArn);
  if (sourceArn === undefined) return { change, decision };
  const known = { ...change, action: { ...action, sourceArn } };
  return { change: known, decision: judgeChange(known, allowlist) };
}

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalizeContent } from '../policy/canonical-form.ts';
import type { PolicyStatement } from '../policy/document.ts';

/** Whose statement this is: ours and as we wrote it, ours by name but changed by somebody, or somebody else's. */
export type GuardSidReading =
  | { readonly kind: 'ours'; readonly effect: GuardEffect }
  | { readonly kind: 'altered'; readonly effect: GuardEffect }
  | { readonly kind: 'foreign' };

/** What a statement of ours does: a guard denies, a narrowed grant allows. */
export type GuardEffect = 'Deny' | 'Allow';

const SID = /^Invokeguard(Deny|Allow)([0-9a-f]{8})([0-9a-f]{16})$/;

// Somebody may hold the Sid that a new statement of ours needs; then the next one of these few is taken.
const SPARE_SIDS = 8;

/**
 * Gives a statement of ours its Sid: `Invokeguard`, its effect, the deployment's guardId, and 16 hex digits of the
 * SHA-256 of its meaning. `taken` holds the Sids of other people's statements.
 * Answers `undefined` where every Sid that we could use is taken.
 */
export function nameStatement(
  content: PolicyStatement,
  guardId: string,
  taken: ReadonlySet<string>,
): PolicyStatement | undefined {
  const effect = content['Effect'] === 'Deny' ? 'Deny' : 'Allow';
  const form = canonicalizeContent(content);
  for (let spare = 0; spare < SPARE_SIDS; spare += 1) {
    const sid = `Invokeguard${effect}${guardId}${digestForm(form, spare)}`;
    if (!taken.has(sid)) return { Sid: sid, ...content };
  }
  return undefined;
}

/** Reads whether a statement is one of this deployment's, by its Sid and by the hash of its content. */
export function readGuardSid(statement: PolicyStatement, guardId: string): GuardSidReading {
  const sid = statement['Sid'];
  const parts = typeof sid === 'string' ? SID.exec(sid) : null;
  if (parts === null || parts[2] !== guardId) return { kind: 'foreign' };
  const effect: GuardEffect = parts[1] === 'Deny' ? 'Deny' : 'Allow';
  if (statement['Effect'] === effect) {
    const form = canonicalizeContent(statement);
    for (let spare = 0; spare < SPARE_SIDS; spare += 1) {
      if (digestForm(form, spare) === parts[3]) return { kind: 'ours', effect };
    }
  }
  return { kind: 'altered', effect };
}

/** What a statement of this deployment would do, told by its Sid alone; `undefined` for a Sid of somebody else. */
export function readSidEffect(sid: string, guardId: string): GuardEffect | undefined {
  const parts = SID.exec(sid);
  if (parts === null || parts[2] !== guardId) return undefined;
  return parts[1] === 'Deny' ? 'Deny' : 'Allow';
}

function digestForm(form: string, spare: number): string {
  const text = spare === 0 ? form : `${form}#${String(spare)}`;
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16);
}

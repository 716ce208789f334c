import { readFileSync } from 'node:fs';
import type { PolicyReading } from '../containment/ports.ts';
import { parsePolicy } from '../core/policy/document.ts';

/**
 * Reads a policy from a file for `plan --policy`: the policy itself, what `aws lambda get-policy` and
 * `get-resource-policy` print around it, or the text that they print with `--query Policy`. A policy without
 * statements is no policy.
 */
export function readPolicyFile(path: string): PolicyReading {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'unreadable', reason: `cannot read \`${path}\`: ${why}` };
  }
  const outer = parsePolicy(unquote(text.replace(/^\uFEFF/, '')));
  if (outer.kind === 'unreadable') return { kind: 'unreadable', reason: `\`${path}\`: ${outer.reason}` };
  const wrapped = outer.policy['Policy'];
  const parsed = typeof wrapped === 'string' ? parsePolicy(wrapped) : outer;
  if (parsed.kind === 'unreadable') return { kind: 'unreadable', reason: `\`${path}\`: ${parsed.reason}` };
  if (parsed.policy.Statement.length === 0) return { kind: 'absent', lever: 'resourcePolicy' };
  return { kind: 'present', policy: parsed.policy, revisionId: 'offline', lever: 'resourcePolicy' };
}

/** A policy that stands in the file as a JSON string is taken out of it. */
function unquote(text: string): string {
  if (!text.trimStart().startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

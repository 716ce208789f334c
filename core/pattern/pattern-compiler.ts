import type { Allowlist } from '../allowlist/allowlist.ts';
import { type CompiledPatterns, EVENTBRIDGE_LIMITS, type PatternLimits } from './compiled-patterns.ts';

/**
 * Compiles an allowlist into EventBridge patterns that together match every record that the core would call
 * unauthorized or undetermined, and as few others as possible. Where the list does not fit the limits, they match
 * more, never less.
 *
 * @param exclude the unqualified ARNs of the guard's own functions, which never match.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePatterns(
  allowlist: Allowlist,
  exclude: readonly string[],
  _limits: PatternLimits = EVENTBRIDGE_LIMITS,
): CompiledPatterns {
  const eventName = [{ 'anything-but': { prefix: 'InvokeExecution' } }];
  const pattern = {
    source: ['aws.lambda'],
    detail: {
      eventName: [{ prefix: 'Invoke' }],
      $or: [
        { eventName, resources: { ARN: [{ 'anything-but': [...exclude] }] } },
        { eventName, resources: { ARN: [{ exists: false }] } },
      ],
    },
  };
  return {
    patterns: [pattern],
    coverage: {
      exactFunctions: 0,
      looseFunctions: allowlist.functions.map(({ pointer }) => pointer),
      passing: [],
      characters: JSON.stringify(pattern).length,
      wildcardRules: 0,
    },
  };
}

import { readPatternLimits } from '../config/pattern-limits.ts';
import type { PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { parseFunctionArn } from '../core/record/function-reference.ts';
import { parseArguments } from './arguments.ts';

/** What `pattern` was asked to do. */
export interface PatternOptions {
  readonly kind: 'options';
  /** Unqualified ARNs of functions that no pattern matches. */
  readonly exclude: readonly string[];
  readonly config: string;
  readonly limits: PatternLimits;
  /** Whether the guard that is deployed has a heartbeat, whose target the patterns match. */
  readonly heartbeat: 'on' | 'none';
}

type UsageError = { readonly kind: 'usageError'; readonly message: string };

/** Reads the arguments of `pattern`; a mistake is answered in one sentence. */
export function readPatternOptions(
  args: readonly string[],
): PatternOptions | { readonly kind: 'help' } | UsageError {
  const parsed = parseArguments(args, {
    exclude: 'list',
    config: 'string',
    characters: 'string',
    rules: 'string',
    heartbeat: 'string',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, lists, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals[0] !== undefined)
    return { kind: 'usageError', message: `unexpected \`${positionals[0]}\`` };
  const exclude = lists.get('exclude') ?? [];
  for (const text of exclude) {
    const message = refuseFunction(text);
    if (message !== undefined) return { kind: 'usageError', message };
  }
  const limits = readLimitOptions(texts.get('characters'), texts.get('rules'));
  if (limits.kind === 'usageError') return limits;
  const heartbeat = texts.get('heartbeat') ?? 'on';
  if (heartbeat !== 'on' && heartbeat !== 'none') {
    return {
      kind: 'usageError',
      message: `\`--heartbeat\` is \`${heartbeat}\`, expected \`on\` or \`none\``,
    };
  }
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return { kind: 'options', exclude: [...new Set(exclude)], config, limits: limits.limits, heartbeat };
}

/** The limits that `--characters` and `--rules` ask for, of `pattern` and of `check`. */
export function readLimitOptions(
  characters: string | undefined,
  rules: string | undefined,
): { readonly kind: 'limits'; readonly limits: PatternLimits } | UsageError {
  const quotas = { characters: readNumber(characters), rules: readNumber(rules) };
  for (const [name, text] of Object.entries({ characters, rules })) {
    if (text === undefined || /^\d{1,9}$/.test(text)) continue;
    return { kind: 'usageError', message: `\`--${name}\` is \`${text}\`, expected a whole number` };
  }
  const reading = readPatternLimits(quotas, { characters: '--characters', rules: '--rules' });
  return reading.kind === 'limits' ? reading : { kind: 'usageError', message: reading.faults.join('; ') };
}

function readNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function refuseFunction(text: string): string | undefined {
  const named = parseFunctionArn(text);
  if (named === undefined) {
    const example = 'arn:aws:lambda:eu-west-1:111122223333:function:invokeguard-remediator';
    return `\`--exclude\` is \`${text}\`, expected the full ARN of one function, such as \`${example}\``;
  }
  if (named.qualifier === null) return undefined;
  return `\`--exclude\` is \`${text}\`, expected an ARN without a version or alias: write \`${named.functionArn}\``;
}

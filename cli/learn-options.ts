import type { TimeWindow } from '../logs/replay/replay-logs.ts';
import { parseArguments } from './arguments.ts';
import { refusePaths } from './log-search.ts';
import { readTimeWindow } from './time-window.ts';

/** What `learn` was asked to do. */
export interface LearnOptions {
  readonly kind: 'options';
  readonly paths: readonly string[];
  /** The allowlist to add to; null drafts a new one. */
  readonly config: string | null;
  /** Where the draft goes; null for standard output. */
  readonly output: string | null;
  readonly window: TimeWindow;
}

/** Reads the arguments of `learn`; a mistake is answered in one sentence. */
export function readLearnOptions(
  args: readonly string[],
): LearnOptions | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    config: 'string',
    output: 'string',
    since: 'string',
    until: 'string',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, positionals } = parsed;
  if (positionals.length === 0)
    return refuse('no PATH given, expected files, folders, `-` or `s3://BUCKET/PREFIX`');
  const badPath = refusePaths(positionals);
  if (badPath !== undefined) return refuse(badPath);
  const [config, output] = [texts.get('config') ?? null, texts.get('output') ?? null];
  if (config === '') return refuse('`--config` has no value, expected the allowlist to add to');
  if (output === '') return refuse('`--output` has no value, expected the name of a file');
  const window = readTimeWindow(texts.get('since'), texts.get('until'));
  if (typeof window === 'string') return refuse(window);
  return { kind: 'options', paths: positionals, config, output, window };
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

import { findNearest } from '../config/nearest-key.ts';
import type { ChangeVerdict } from '../core/change/change-verdict.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import type { TimeWindow } from '../logs/replay/replay-logs.ts';
import { parseArguments } from './arguments.ts';
import { refusePaths } from './log-search.ts';
import type { ReplayFormat } from './replay-line.ts';
import { readTimeWindow } from './time-window.ts';

/** What `replay` was asked to do. */
export interface ReplayOptions {
  readonly kind: 'options';
  readonly paths: readonly string[];
  readonly config: string;
  readonly format: ReplayFormat;
  /** Verdicts to print; null prints all. */
  readonly only: ReadonlySet<Verdict | ChangeVerdict> | null;
  readonly window: TimeWindow;
  /** The allowlist to compare with, if any: then only what is judged differently is printed. */
  readonly against: string | null;
  /** `first` ends at the first thing that cannot be read. */
  readonly stopAt: 'first' | 'end';
  /** How many threads read at most; null leaves it to the machine. */
  readonly threads: number | null;
}

const VERDICTS: readonly (Verdict | ChangeVerdict)[] = [
  'authorized',
  'unauthorized',
  'undetermined',
  'unguarded',
  'opens',
  'closes',
  'tampers',
  'neutral',
];
const FORMATS: readonly ReplayFormat[] = ['human', 'json', 'ndjson'];

/** Reads the arguments of `replay`; a mistake is answered in one sentence. */
export function readReplayOptions(
  args: readonly string[],
): ReplayOptions | { readonly kind: 'help' } | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    config: 'string',
    format: 'string',
    only: 'string',
    since: 'string',
    until: 'string',
    against: 'string',
    strict: 'boolean',
    threads: 'string',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals.length === 0) {
    return refuse('no PATH given, expected files, folders, `-` or `s3://BUCKET/PREFIX`');
  }
  const badPath = refusePaths(positionals);
  if (badPath !== undefined) return refuse(badPath);
  const format = FORMATS.find((name) => name === (texts.get('format') ?? 'human'));
  if (format === undefined) {
    return refuse(`\`${texts.get('format')}\` is not a format, expected one of ${quoteAll(FORMATS)}`);
  }
  const only = readVerdicts(texts.get('only'));
  if (typeof only === 'string') return refuse(only);
  const window = readTimeWindow(texts.get('since'), texts.get('until'));
  if (typeof window === 'string') return refuse(window);
  const threads = readThreads(texts.get('threads'));
  if (typeof threads === 'string') return refuse(threads);
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return {
    kind: 'options',
    paths: positionals,
    config,
    format,
    only,
    window,
    against: texts.get('against') ?? null,
    stopAt: flags.has('strict') ? 'first' : 'end',
    threads,
  };
}

function readVerdicts(text: string | undefined): ReadonlySet<Verdict | ChangeVerdict> | string | null {
  if (text === undefined) return null;
  const chosen = new Set<Verdict | ChangeVerdict>();
  for (const word of text.split(',').map((part) => part.trim())) {
    const verdict = VERDICTS.find((name) => name === word);
    if (verdict === undefined) {
      const near = findNearest(word, VERDICTS);
      const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
      return `\`${word}\` is not a verdict, expected ${quoteAll(VERDICTS)}${hint}`;
    }
    chosen.add(verdict);
  }
  return chosen;
}

const MOST_THREADS = 64;

function readThreads(text: string | undefined): number | string | null {
  if (text === undefined) return null;
  const threads = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return threads >= 1 && threads <= MOST_THREADS
    ? threads
    : `--threads: \`${text}\` is not a number from 1 to ${MOST_THREADS}`;
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

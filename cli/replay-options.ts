import { findNearest } from '../config/nearest-key.ts';
import type { Verdict } from '../core/verdict/decision.ts';
import type { TimeWindow } from '../logs/replay/replay-logs.ts';
import { parseArguments } from './arguments.ts';
import type { ReplayFormat } from './replay-line.ts';

/** What `replay` was asked to do. */
export interface ReplayOptions {
  readonly kind: 'options';
  readonly paths: readonly string[];
  readonly config: string;
  readonly format: ReplayFormat;
  /** Verdicts to print; null prints all. */
  readonly only: ReadonlySet<Verdict> | null;
  readonly window: TimeWindow;
}

const VERDICTS: readonly Verdict[] = ['authorized', 'unauthorized', 'undetermined', 'unguarded'];
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
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals.length === 0) return refuse('no PATH given, expected files, folders or `-`');
  const s3 = positionals.find((path) => path.startsWith('s3://'));
  if (s3 !== undefined) {
    return refuse(`cannot read \`${s3}\`: copy it to a folder first, for example with \`aws s3 sync\``);
  }
  if (positionals.includes('')) return refuse('an empty PATH, expected a file, a folder or `-`');
  const format = FORMATS.find((name) => name === (texts.get('format') ?? 'human'));
  if (format === undefined) {
    return refuse(`\`${texts.get('format')}\` is not a format, expected one of ${quoteAll(FORMATS)}`);
  }
  const only = readVerdicts(texts.get('only'));
  if (typeof only === 'string') return refuse(only);
  const sinceMs = readInstant(texts.get('since'), Number.NEGATIVE_INFINITY);
  const untilMs = readInstant(texts.get('until'), Number.POSITIVE_INFINITY);
  if (typeof sinceMs === 'string') return refuse(`--since: ${sinceMs}`);
  if (typeof untilMs === 'string') return refuse(`--until: ${untilMs}`);
  if (sinceMs >= untilMs) return refuse('`--since` is not before `--until`: no call can be between them');
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return { kind: 'options', paths: positionals, config, format, only, window: { sinceMs, untilMs } };
}

function readVerdicts(text: string | undefined): ReadonlySet<Verdict> | string | null {
  if (text === undefined) return null;
  const chosen = new Set<Verdict>();
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

const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A date (00:00 UTC) or an ISO-8601 instant; without an offset it is UTC, as all times in CloudTrail are. */
function readInstant(text: string | undefined, otherwise: number): number | string {
  if (text === undefined) return otherwise;
  const zoned = text.includes('T') && !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
  const ms = INSTANT.test(text) ? Date.parse(zoned) : Number.NaN;
  // Date.parse turns 31 February into 3 March; a date that does not come back as written is none.
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  if (
    Number.isNaN(ms) ||
    Number.isNaN(day) ||
    new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)
  ) {
    return `\`${text}\` is not a time, expected a date such as \`2026-01-31\` or \`2026-01-31T09:30:00Z\``;
  }
  return ms;
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

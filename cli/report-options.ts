import type { TimeWindow } from '../logs/replay/replay-logs.ts';
import { parseArguments } from './arguments.ts';
import { refusePaths } from './log-search.ts';
import { readTimeWindow } from './time-window.ts';

/** What `report` was asked to do. */
export interface ReportOptions {
  readonly kind: 'options';
  readonly paths: readonly string[];
  /** Null where none was named: then invokeguard.yaml counts if it is there. */
  readonly config: string | null;
  readonly format: ReportFormat;
  /** Null for standard output. */
  readonly output: string | null;
  readonly window: TimeWindow;
}

/** How a report is written. */
export type ReportFormat = 'html' | 'json';

const FORMATS: readonly ReportFormat[] = ['html', 'json'];

/** Reads the arguments of `report`; a mistake is answered in one sentence. */
export function readReportOptions(
  args: readonly string[],
): ReportOptions | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    config: 'string',
    format: 'string',
    output: 'string',
    since: 'string',
    until: 'string',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, positionals } = parsed;
  if (positionals.length === 0) {
    return refuse('no PATH given, expected files, folders, `-` or `s3://BUCKET/PREFIX`');
  }
  const badPath = refusePaths(positionals);
  if (badPath !== undefined) return refuse(badPath);
  const format = FORMATS.find((name) => name === (texts.get('format') ?? 'html'));
  if (format === undefined) {
    return refuse(`\`${texts.get('format')}\` is not a format, expected \`html\` or \`json\``);
  }
  const window = readTimeWindow(texts.get('since'), texts.get('until'));
  if (typeof window === 'string') return refuse(window);
  const [config, output] = [texts.get('config') ?? null, texts.get('output') ?? null];
  return { kind: 'options', paths: positionals, config, format, output, window };
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

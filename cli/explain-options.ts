import { parseArguments } from './arguments.ts';
import { refusePaths } from './log-search.ts';

/** What `explain` was asked to do. */
export interface ExplainOptions {
  readonly kind: 'options';
  readonly paths: readonly string[];
  readonly eventID: string;
  readonly config: string;
  readonly format: 'human' | 'json';
}

type UsageError = { readonly kind: 'usageError'; readonly message: string };

/** Reads the arguments of `explain`; a mistake is answered in one sentence. */
export function readExplainOptions(
  args: readonly string[],
): ExplainOptions | { readonly kind: 'help' } | UsageError {
  const parsed = parseArguments(args, {
    'event-id': 'string',
    config: 'string',
    format: 'string',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals.length === 0)
    return refuse('no PATH given, expected files, folders, `-` or `s3://BUCKET/PREFIX`');
  const badPath = refusePaths(positionals);
  if (badPath !== undefined) return refuse(badPath);
  const eventID = texts.get('event-id');
  if (eventID === undefined) {
    return refuse('`--event-id ID` is missing; `invokeguard replay` prints the ID of each call');
  }
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json') {
    return refuse(`\`${format}\` is not a format, expected \`human\` or \`json\``);
  }
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return { kind: 'options', paths: positionals, eventID, config, format };
}

function refuse(message: string): UsageError {
  return { kind: 'usageError', message };
}

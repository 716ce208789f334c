import { parseArguments } from './arguments.ts';

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
  if (positionals.length === 0) return refuse('no PATH given, expected files, folders or `-`');
  if (positionals.includes('')) return refuse('an empty PATH, expected a file, a folder or `-`');
  const s3 = positionals.find((path) => path.startsWith('s3://'));
  if (s3 !== undefined) {
    return refuse(`cannot read \`${s3}\`: copy it to a folder first, for example with \`aws s3 sync\``);
  }
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

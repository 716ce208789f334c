import type { PolicyTarget } from '../containment/ports.ts';
import { parseArguments } from './arguments.ts';
import { readLiveTarget } from './live-target.ts';
import { refusePaths } from './log-search.ts';
import { contradictRegion, readRegion } from './region-argument.ts';

/** What `contain` was asked to do. */
export interface ContainOptions {
  readonly kind: 'options';
  readonly subject: ContainSubject;
  readonly region: string;
  readonly config: string;
  readonly format: 'human' | 'json';
  readonly run: ContainRun;
  /** CloudTrail logs to look for callers in. */
  readonly logs: readonly string[];
}

/** Every function in mode enforce, or one: all its policies where the qualifier is null. */
export type ContainSubject =
  | { readonly kind: 'enforced' }
  | { readonly kind: 'function'; readonly target: PolicyTarget };

/** Only show, ask and write, or write. */
export type ContainRun = 'dryRun' | 'ask' | 'proceed';

type UsageError = { readonly kind: 'usageError'; readonly message: string };

/** Reads the arguments of `contain`; a mistake is answered in one sentence. */
export function readContainOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ContainOptions | { readonly kind: 'help' } | UsageError {
  const parsed = parseArguments(args, {
    function: 'string',
    qualifier: 'string',
    all: 'boolean',
    'dry-run': 'boolean',
    logs: 'list',
    config: 'string',
    region: 'string',
    format: 'string',
    yes: 'boolean',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, lists, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  const first = lists.get('logs');
  if (first === undefined && positionals[0] !== undefined) return refuse(`unexpected \`${positionals[0]}\``);
  // `--logs a b c`: the paths after the first one are positionals.
  const logs = [...(first ?? []), ...positionals];
  const badPath = refusePaths(logs);
  if (badPath !== undefined) return refuse(badPath);
  if (logs.includes('-') && !flags.has('yes') && !flags.has('dry-run')) {
    return refuse(
      '`--logs -` reads standard input, which the question needs: use `--yes` or `--dry-run` with it',
    );
  }
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json') {
    return refuse(`\`${format}\` is not a format, expected \`human\` or \`json\``);
  }
  const place = readPlace(texts, flags, env);
  if (place.kind === 'usageError') return place;
  const run = flags.has('dry-run') ? 'dryRun' : flags.has('yes') ? 'proceed' : 'ask';
  const config = texts.get('config') ?? 'invokeguard.yaml';
  return { ...place, kind: 'options', config, format, run, logs };
}

type Place = { readonly kind: 'place'; readonly subject: ContainSubject; readonly region: string };

function readPlace(
  texts: ReadonlyMap<string, string>,
  flags: ReadonlySet<string>,
  env: Readonly<Record<string, string | undefined>>,
): Place | UsageError {
  if (flags.has('all')) {
    if (texts.has('function')) return refuse('`--all` and `--function` exclude each other');
    if (texts.has('qualifier')) return refuse('`--qualifier` needs `--function`');
    const read = readRegion(texts.get('region'), env);
    if (read.kind === 'usageError') return read;
    return { kind: 'place', subject: { kind: 'enforced' }, region: read.region };
  }
  if (!texts.has('function')) return refuse('`--function ARN` or `--all` is missing');
  const live = readLiveTarget(texts.get('function'), texts.get('qualifier'));
  if (live.kind === 'usageError') return live;
  const contradiction = contradictRegion(texts.get('region'), live.region);
  if (contradiction !== undefined) return refuse(contradiction);
  return { kind: 'place', subject: { kind: 'function', target: live.target }, region: live.region };
}

function refuse(message: string): UsageError {
  return { kind: 'usageError', message };
}

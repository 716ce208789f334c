import type { PolicyTarget } from '../containment/ports.ts';
import { parseArguments } from './arguments.ts';
import { readLiveTarget } from './live-target.ts';
import { contradictRegion, readRegion } from './region-argument.ts';

/** What `status` was asked to look at. */
export interface StatusOptions {
  readonly kind: 'options';
  readonly subject: StatusSubject;
  readonly region: string;
  readonly config: string;
  readonly format: 'human' | 'json';
}

/** All functions of the Region, or the policies of one: all of them where the qualifier is null. */
export type StatusSubject =
  | { readonly kind: 'functions' }
  | { readonly kind: 'function'; readonly target: PolicyTarget; readonly account: string };

/** Reads the arguments of `status`; a mistake is answered in one sentence. */
export function readStatusOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StatusOptions | { readonly kind: 'help' } | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    function: 'string',
    qualifier: 'string',
    config: 'string',
    region: 'string',
    format: 'string',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  if (positionals[0] !== undefined) return refuse(`unexpected \`${positionals[0]}\``);
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json') {
    return refuse(`\`${format}\` is not a format, expected \`human\` or \`json\``);
  }
  const config = texts.get('config') ?? 'invokeguard.yaml';
  if (!texts.has('function')) {
    if (texts.has('qualifier')) return refuse('`--qualifier` needs `--function`');
    const read = readRegion(texts.get('region'), env);
    if (read.kind === 'usageError') return read;
    return { kind: 'options', subject: { kind: 'functions' }, region: read.region, config, format };
  }
  const live = readLiveTarget(texts.get('function'), texts.get('qualifier'));
  if (live.kind === 'usageError') return live;
  const { target, account, region } = live;
  const contradiction = contradictRegion(texts.get('region'), region);
  if (contradiction !== undefined) return refuse(contradiction);
  return { kind: 'options', subject: { kind: 'function', target, account }, region, config, format };
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

import type { TierRequest } from '../containment/tier.ts';
import { STACK_FUNCTION_NAMES } from '../core/guard.ts';
import { parseFunctionName } from '../core/record/function-reference.ts';
import { TIERS, type Tier } from '../core/tier/tier.ts';
import { type OptionTypes, parseArguments } from './arguments.ts';
import { readLiveTarget } from './live-target.ts';

/** What `contain --tier` or `rollback --tier` was asked to do. */
export interface TierOptions {
  readonly kind: 'options';
  readonly request: TierRequest;
  readonly region: string;
  readonly format: 'human' | 'json';
  /** Only show, ask and write, or write. */
  readonly run: 'dryRun' | 'ask' | 'proceed';
}

/** Options of the two verbs that mean nothing for a tier; named here so that the message can say why. */
const OTHERS: OptionTypes = {
  qualifier: 'string',
  all: 'boolean',
  logs: 'list',
  config: 'string',
  region: 'string',
  caller: 'string',
  'restore-offender': 'boolean',
};

/** True where the arguments name a tier, so that they are read by `readTierOptions`. */
export function namesTier(args: readonly string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.some((argument) => argument === '--tier' || argument.startsWith('--tier='));
}

/** Reads the arguments of a verb that name a tier; a mistake is answered in one sentence. */
export function readTierOptions(
  verb: 'contain' | 'rollback',
  args: readonly string[],
  nowMs: number,
): TierOptions | { readonly kind: 'usageError'; readonly message: string } {
  const parsed = parseArguments(args, {
    ...OTHERS,
    tier: 'string',
    function: 'string',
    'dry-run': 'boolean',
    format: 'string',
    yes: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, lists, positionals } = parsed;
  const other = Object.keys(OTHERS).find((name) => texts.has(name) || flags.has(name) || lists.has(name));
  if (other !== undefined) {
    return refuse(`\`--${other}\` does not go with \`--tier\`: a tier is about one whole function`);
  }
  if (positionals[0] !== undefined) return refuse(`unexpected \`${positionals[0]}\``);
  const tier = TIERS.find((name) => name === texts.get('tier'));
  if (tier === undefined) {
    return refuse(`\`${texts.get('tier') ?? ''}\` is no tier, expected \`freeze\` or \`disable-triggers\``);
  }
  const format = texts.get('format') ?? 'human';
  if (format !== 'human' && format !== 'json') {
    return refuse(`\`${format}\` is not a format, expected \`human\` or \`json\``);
  }
  const run = flags.has('dry-run') ? 'dryRun' : flags.has('yes') ? 'proceed' : 'ask';
  return placeTier(verb, tier, texts.get('function'), nowMs, { format, run });
}

function placeTier(
  verb: 'contain' | 'rollback',
  tier: Tier,
  functionText: string | undefined,
  nowMs: number,
  how: Pick<TierOptions, 'format' | 'run'>,
): ReturnType<typeof readTierOptions> {
  const live = readLiveTarget(functionText, undefined);
  if (live.kind === 'usageError') return live;
  const { functionArn, qualifier } = live.target;
  if (qualifier !== null) {
    return refuse(`a tier is about the whole function: leave \`:${qualifier}\` out of \`--function\``);
  }
  if (verb === 'contain' && STACK_FUNCTION_NAMES.includes(parseFunctionName(functionArn)?.name ?? '')) {
    return refuse(`\`${functionArn}\` is the guard itself: stopped, it would contain and alert no more`);
  }
  const runID = `${verb}-${tier}-${new Date(nowMs).toISOString()}`;
  return { kind: 'options', request: { runID, functionArn, tier }, region: live.region, ...how };
}

function refuse(message: string): { readonly kind: 'usageError'; readonly message: string } {
  return { kind: 'usageError', message };
}

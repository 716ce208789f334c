import type { Node } from 'constructs';
import { type PatternQuotas, readPatternLimits } from '../config/pattern-limits.ts';
import { type AthenaSetting, readAthenaSetting } from './athena-settings.ts';
import { LOG_BUCKET_EXPECTED, type LogBucketSetting, parseLogBucket } from './log-bucket-setting.ts';

/** Where the log of calls comes from. */
export type TrailSetting =
  | { readonly kind: 'create' }
  /** A trail that somebody else owns and that logs the calls already. */
  | { readonly kind: 'existing'; readonly trailArn: string }
  /** Nobody says which trail; the app makes none. */
  | { readonly kind: 'none' };

/** A resource that is made by the app, was made elsewhere, or is not used. */
export type ResourceSetting =
  | { readonly kind: 'create' }
  | { readonly kind: 'existing'; readonly arn: string }
  | { readonly kind: 'none' };

/** What `cdk deploy -c name=value` can say to the ready-made app. */
export interface AppSettings {
  /** Path of the allowlist file. */
  readonly config: string;
  readonly trail: TrailSetting;
  /** The bucket with the log files of a trail that the app does not make. */
  readonly logBucket: LogBucketSetting;
  readonly managementEvents: 'writeOnly' | 'none';
  readonly encryptionKey: ResourceSetting;
  readonly cloudWatchLogs: 'logGroup' | 'none';
  readonly deliveryTopic: ResourceSetting;
  /** Characters that an event pattern may have, and rules that the guard may take; AWS's quotas where undefined. */
  readonly patternQuotas: PatternQuotas;
  readonly athena: AthenaSetting;
  readonly heartbeat: 'on' | 'none';
  /** Whether what is recorded in other Regions only is forwarded to the guard's. */
  readonly forward: 'on' | 'none';
  /** `cli` deploys with the caller's own credentials instead of the bootstrap roles. */
  readonly synthesizer: 'default' | 'cli';
}

const TRAIL_ARN = /^arn:[^:]+:cloudtrail:[^:]+:\d{12}:trail\/[^/]+$/;
const KEY_ARN = /^arn:[^:]+:kms:[^:]+:\d{12}:key\/[^/]+$/;
const TOPIC_ARN = /^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/;

/** Reads the app's settings from CDK context. Throws one error that names every setting it cannot read. */
export function readSettings(node: Node): AppSettings {
  const faults: string[] = [];
  const read = <Value>(key: string, fallback: string, expected: string, parse: Parse<Value>): Value => {
    const text: unknown = node.tryGetContext(key) ?? fallback;
    const value = typeof text === 'string' ? parse(text) : undefined;
    if (value !== undefined) return value;
    faults.push(`\`${key}\` is \`${String(text)}\`, expected ${expected}`);
    // Never used: the faults end the reading below.
    return parse(fallback) as Value;
  };
  const resource = (key: string, pattern: RegExp, kind: string): ResourceSetting =>
    read(key, 'none', `\`create\`, \`none\` or the ARN of ${kind}`, (text) => parseResource(text, pattern));
  const readNumber = (key: string): number | undefined => {
    const value: unknown = node.tryGetContext(key);
    // `-c` gives texts, cdk.json may hold numbers.
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    faults.push(`\`${key}\` is \`${text}\`, expected a whole number`);
    return undefined;
  };
  const patternQuotas = { characters: readNumber('patternCharacters'), rules: readNumber('patternRules') };
  const limits = readPatternLimits(patternQuotas, { characters: 'patternCharacters', rules: 'patternRules' });
  if (limits.kind === 'invalid') faults.push(...limits.faults);
  const trail = read('trail', 'create', '`create`, `none` or the ARN of a trail', parseTrail);
  const logBucket = read('logBucket', 'none', LOG_BUCKET_EXPECTED, parseLogBucket);
  if (trail.kind === 'create' && logBucket.kind === 'existing') {
    faults.push('`logBucket` is given, but the app makes the trail and its bucket: leave it out');
  }
  const settings: AppSettings = {
    config: read('config', 'invokeguard.yaml', 'the path of an allowlist file', parsePath),
    trail,
    logBucket,
    managementEvents: read(
      'managementEvents',
      'writeOnly',
      '`writeOnly` or `none`',
      oneOf('writeOnly', 'none'),
    ),
    encryptionKey: resource('encryptionKey', KEY_ARN, 'a KMS key'),
    cloudWatchLogs: read('cloudWatchLogs', 'none', '`logGroup` or `none`', oneOf('logGroup', 'none')),
    deliveryTopic: resource('deliveryTopic', TOPIC_ARN, 'an SNS topic'),
    patternQuotas,
    athena: readAthenaSetting(node, trail, faults),
    heartbeat: read('heartbeat', 'on', '`on` or `none`', oneOf('on', 'none')),
    forward: read('forward', 'none', '`on` or `none`', oneOf('on', 'none')),
    synthesizer: read('invokeguard:synthesizer', 'default', '`default` or `cli`', oneOf('default', 'cli')),
  };
  if (faults.length > 0) throw new InvalidSettingsError(faults);
  return settings;
}

/** A setting of the app has a value that it cannot have. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';

  constructor(faults: readonly string[]) {
    super(`the context of the app is not valid: ${faults.join('; ')}`);
  }
}

type Parse<Value> = (text: string) => Value | undefined;

function oneOf<Value extends string>(...values: readonly Value[]): Parse<Value> {
  return (text) => values.find((value) => value === text);
}

function parsePath(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function parseTrail(text: string): TrailSetting | undefined {
  if (text === 'create' || text === 'none') return { kind: text };
  return TRAIL_ARN.test(text) ? { kind: 'existing', trailArn: text } : undefined;
}

function parseResource(text: string, pattern: RegExp): ResourceSetting | undefined {
  if (text === 'create' || text === 'none') return { kind: text };
  return pattern.test(text) ? { kind: 'existing', arn: text } : undefined;
}

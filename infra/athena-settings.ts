import type { Node } from 'constructs';
import type { TrailSetting } from './app-settings.ts';

/** Whether the app makes what Athena needs, and over which logs. */
export type AthenaSetting =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'create';
      /** The bucket of a trail that the app does not make. */
      readonly bucket: string | undefined;
      readonly prefix: string;
      /** Empty for the account of the stack. */
      readonly accounts: readonly string[];
      readonly regions: readonly string[];
      /** The first day with logs, as `2026-01-01`. */
      readonly since: string;
      readonly scanLimitGb: number;
    };

/** The Regions that every account has without asking for them; a trail of all Regions has a folder for each. */
export const REGIONS_OF_EVERY_ACCOUNT: readonly string[] = `
  us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1
  ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 ap-northeast-3`
  .trim()
  .split(/\s+/);

/** A query scans at most so much, unless the context says otherwise: half a dollar's worth. */
const SCAN_LIMIT_GB = 100;
const FIRST_DAY = '2026-01-01';

interface Kind {
  readonly pattern: RegExp;
  readonly expected: string;
}

const KINDS = {
  athena: { pattern: /^(true|false)$/, expected: '`true` or `false`' },
  athenaBucket: {
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    expected: 'the name of the bucket that the trail writes to',
  },
  athenaPrefix: {
    pattern: /^([A-Za-z0-9!_.*'()-]+\/)+$/,
    expected: 'what stands before the account in the keys, such as `AWSLogs/o-example/`',
  },
  athenaAccounts: {
    pattern: /^\d{12}(,\d{12})*$/,
    expected: 'accounts of 12 digits with commas between them',
  },
  athenaRegions: {
    pattern: /^[a-z]{2}(-[a-z]+)+-\d(,[a-z]{2}(-[a-z]+)+-\d)*$/,
    expected: 'Regions with commas between them',
  },
  athenaSince: {
    pattern: /^20\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
    expected: 'a day such as `2026-01-01`',
  },
  athenaScanLimitGb: { pattern: /^[1-9]\d{0,5}$/, expected: 'a whole number of gigabytes' },
} as const satisfies Readonly<Record<string, Kind>>;

/** Reads the settings about Athena from CDK context. What cannot be read is added to `faults`. */
export function readAthenaSetting(node: Node, trail: TrailSetting, faults: string[]): AthenaSetting {
  const read = (key: keyof typeof KINDS): string | undefined => {
    const value: unknown = node.tryGetContext(key);
    if (value === undefined) return undefined;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (KINDS[key].pattern.test(text)) return text;
    faults.push(`\`${key}\` is \`${text}\`, expected ${KINDS[key].expected}`);
    return undefined;
  };
  const bucket = read('athenaBucket');
  const setting = {
    kind: 'create' as const,
    bucket,
    prefix: read('athenaPrefix') ?? 'AWSLogs/',
    accounts: read('athenaAccounts')?.split(',') ?? [],
    regions: read('athenaRegions')?.split(',') ?? REGIONS_OF_EVERY_ACCOUNT,
    since: read('athenaSince') ?? FIRST_DAY,
    scanLimitGb: Number(read('athenaScanLimitGb') ?? SCAN_LIMIT_GB),
  };
  if (read('athena') !== 'true') return { kind: 'none' };
  if (trail.kind !== 'create' && bucket === undefined) {
    faults.push(
      '`athena` is `true` without a trail of the app: name the bucket with its logs, as `athenaBucket`',
    );
  }
  if (trail.kind === 'create' && bucket !== undefined) {
    faults.push('`athenaBucket` is given, but the app makes the trail and its bucket: leave it out');
  }
  return setting;
}

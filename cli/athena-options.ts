import { findNearest } from '../config/nearest-key.ts';
import { DEFAULT_TABLE, DEFAULT_WORKGROUP, type LogTable } from '../core/athena/log-table.ts';
import { type CatalogueQuery, QUERIES } from '../core/athena/query-catalogue.ts';
import type { ScanWindow } from '../core/athena/scan-window.ts';
import { isTableName } from '../core/athena/sql-text.ts';
import { parseArguments } from './arguments.ts';
import { readRegion } from './region-argument.ts';
import type { ReplayFormat } from './replay-line.ts';
import { readTimeWindow } from './time-window.ts';

/** What `athena` was asked to do. */
export interface AthenaOptions {
  readonly kind: 'options';
  readonly query: CatalogueQuery;
  readonly config: string;
  readonly format: ReplayFormat;
  readonly window: ScanWindow;
  readonly table: LogTable;
  readonly workgroup: string;
  /** `print` shows the SQL and asks nobody. */
  readonly act:
    | 'print'
    | { readonly region: string; readonly askAboveUsd: number; readonly consent: 'given' | 'asked' };
}

/** Without `--since` a query looks at so many days. */
export const DEFAULT_DAYS = 7;
/** Dearer queries are asked about first. */
export const DEFAULT_ASK_ABOVE_USD = 0.5;

const FORMATS: readonly ReplayFormat[] = ['human', 'json', 'ndjson'];
const DAY_MS = 86_400_000;
const WORKGROUP = /^[A-Za-z0-9._-]{1,128}$/;

type UsageError = { readonly kind: 'usageError'; readonly message: string };

/** Reads the arguments of `athena`; a mistake is answered in one sentence. */
export function readAthenaOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): AthenaOptions | { readonly kind: 'help' } | UsageError {
  const parsed = parseArguments(args, {
    config: 'string',
    format: 'string',
    since: 'string',
    until: 'string',
    region: 'string',
    workgroup: 'string',
    database: 'string',
    table: 'string',
    'ask-above': 'string',
    yes: 'boolean',
    help: 'boolean',
  });
  if (parsed.kind === 'usageError') return parsed;
  const { texts, flags, positionals } = parsed;
  if (flags.has('help')) return { kind: 'help' };
  const isPrinted = positionals[0] === 'sql';
  const [name, surplus] = isPrinted ? positionals.slice(1) : positionals;
  if (surplus !== undefined) return refuse(`unexpected \`${surplus}\``);
  const query = QUERIES.find((one) => one.name === name);
  if (query === undefined) return refuseQuery(name);
  const format = FORMATS.find((one) => one === (texts.get('format') ?? 'human'));
  if (format === undefined)
    return refuse(`\`--format\` is \`${texts.get('format')}\`, expected human, json or ndjson`);
  const window = readWindow(texts.get('since'), texts.get('until'), nowMs);
  if (typeof window === 'string') return refuse(window);
  const table = {
    database: texts.get('database') ?? DEFAULT_TABLE.database,
    table: texts.get('table') ?? DEFAULT_TABLE.table,
  };
  for (const [option, text] of Object.entries(table)) {
    if (!isTableName(text)) {
      return refuse(`\`--${option}\` is \`${text}\`, expected small letters, digits and underscores`);
    }
  }
  const workgroup = texts.get('workgroup') ?? DEFAULT_WORKGROUP;
  if (!WORKGROUP.test(workgroup))
    return refuse(`\`--workgroup\` is \`${workgroup}\`, expected the name of a workgroup`);
  const common = {
    kind: 'options' as const,
    query,
    config: texts.get('config') ?? 'invokeguard.yaml',
    format,
    window,
    table,
    workgroup,
  };
  if (isPrinted) return { ...common, act: 'print' };
  const askAbove = texts.get('ask-above') ?? String(DEFAULT_ASK_ABOVE_USD);
  if (!/^\d{1,6}(\.\d{1,4})?$/.test(askAbove)) {
    return refuse(`\`--ask-above\` is \`${askAbove}\`, expected US dollars such as \`0.50\``);
  }
  const region = readRegion(texts.get('region'), env);
  if (region.kind === 'usageError') return region;
  const consent = flags.has('yes') ? 'given' : 'asked';
  return { ...common, act: { region: region.region, askAboveUsd: Number(askAbove), consent } };
}

/** Without an end it is now, and without a beginning a week before the end: nobody scans years by mistake. */
function readWindow(
  since: string | undefined,
  until: string | undefined,
  nowMs: number,
): ScanWindow | string {
  const read = readTimeWindow(since, until);
  if (typeof read === 'string') return read;
  const untilMs = Math.min(read.untilMs, nowMs);
  const sinceMs = since === undefined ? untilMs - DEFAULT_DAYS * DAY_MS : read.sinceMs;
  return sinceMs < untilMs ? { sinceMs, untilMs } : '`--since` lies in the future: no call can be after it';
}

function refuseQuery(name: string | undefined): UsageError {
  const names = QUERIES.map((query) => query.name);
  if (name === undefined) return refuse(`no query given, expected one of ${names.join(', ')}`);
  const near = findNearest(name, names);
  const hint = near === undefined ? `, expected one of ${names.join(', ')}` : `; did you mean \`${near}\`?`;
  return refuse(`unknown query \`${name}\`${hint}`);
}

function refuse(message: string): UsageError {
  return { kind: 'usageError', message };
}

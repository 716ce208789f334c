import { setTimeout as wait } from 'node:timers/promises';
import { ContainmentError } from '../containment/errors.ts';
import { type Allowlist, EMPTY_ALLOWLIST } from '../core/allowlist/allowlist.ts';
import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { QUERIES } from '../core/athena/query-catalogue.ts';
import type { QueryEngine } from '../core/athena/query-engine.ts';
import { AllowlistTooLongError } from '../core/athena/verdict-query.ts';
import { isMappingArn } from '../core/caller/caller.ts';
import { printSafely } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import { estimateScan, type MeasureFolder } from './athena-estimate.ts';
import {
  type AthenaOptions,
  DEFAULT_ASK_ABOVE_USD,
  DEFAULT_DAYS,
  readAthenaOptions,
} from './athena-options.ts';
import { runQueries, type Wait } from './athena-run.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { askToProceed } from './confirmation.ts';

const NAME_WIDTH = Math.max(...QUERIES.map(({ name }) => name.length));

const HELP = `Usage: invokeguard athena QUERY [options]
       invokeguard athena sql QUERY [options]

Asks the logs of a trail in S3 with Athena, without reading them here. \`sql\` prints the query and runs nothing.

${QUERIES.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}  ${summary}`).join('\n')}

  --since T, --until T     from T on, and before T: 2026-01-31 or 2026-01-31T09:30:00Z (UTC); default: the last ${DEFAULT_DAYS} days
  --config FILE            the allowlist (default: invokeguard.yaml)
  --format human|json|ndjson  default human; violations print as \`replay\` prints them
  --region R               where the table is (default: AWS_REGION or AWS_DEFAULT_REGION)
  --workgroup W            default: invokeguard; it sets the limit of what a query may scan
  --database D, --table T  default: invokeguard and cloudtrail, which \`cdk deploy -c athena=true\` makes
  --ask-above USD          ask before a query that may cost more (default: ${DEFAULT_ASK_ABOVE_USD.toFixed(2)}); --yes answers yes
  --help                   this text

Exit codes: 0 nothing found or done; 1 could not finish, or declined; 2 usage or allowlist error; 3 violations were found.
`;

/** `invokeguard athena`: the questions that `replay` and `report` answer, over logs that no machine here can read. */
export const athenaCommand: Command = {
  name: 'athena',
  summary: 'ask the logs of a trail in S3 with Athena',
  help: HELP,
  run: runAthena,
};

/** What the command needs of AWS. */
export interface AthenaPorts {
  readonly engine: QueryEngine;
  readonly measureFolder: MeasureFolder;
  readonly listMappings: () => Promise<ResolvedMappings>;
  readonly wait: Wait;
}

async function runAthena(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readAthenaOptions(args, io.env, io.nowMs());
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`invokeguard athena: ${printSafely(options.message)}; see \`invokeguard athena --help\`\n`);
    return 2;
  }
  const config = options.query.judges === 'allowlist' ? readAllowlistArgument(options.config, io) : NOTHING;
  if (config.kind === 'invalid') return 2;
  try {
    return options.act === 'print'
      ? printSql(options, config.allowlist, io)
      : await askAthena(options, config.allowlist, await openPorts(options.act.region, io), io);
  } catch (error) {
    if (!(error instanceof AllowlistTooLongError)) throw error;
    io.writeErr(`invokeguard athena: ${printSafely(error.message)}\n`);
    return 1;
  }
}

/** Stands in where a query asks nothing of the allowlist. */
const NOTHING = { kind: 'allowlist', allowlist: EMPTY_ALLOWLIST } as const;

/** The SDK is loaded for those who ask AWS only. */
async function openPorts(region: string, io: CommandIo): Promise<AthenaPorts> {
  const settings = { region, endpoint: io.env['AWS_ENDPOINT_URL'] };
  const [
    { AthenaEngine, buildAthenaClient },
    { buildS3Client, S3LogObjects },
    { listMappingSources },
    { buildClients },
  ] = await Promise.all([
    import('../aws/athena-engine.ts'),
    import('../aws/s3-log-objects.ts'),
    import('../aws/athena-mapping-sources.ts'),
    import('../aws/clients.ts'),
  ]);
  const objects = new S3LogObjects(buildS3Client(settings));
  return {
    engine: new AthenaEngine(buildAthenaClient(settings)),
    measureFolder: async (bucket, folder) =>
      (await objects.listFolder(bucket, folder)).objects.reduce((sum, { bytes }) => sum + bytes, 0),
    listMappings: () => listMappingSources(buildClients(settings).lambda),
    wait: (ms) => wait(ms),
  };
}

function printSql(options: AthenaOptions, allowlist: Allowlist, io: CommandIo): ExitCode {
  const sql = composeSql(options, allowlist, new Map());
  const { scans } = options.query;
  const listed = listsSources(allowlist) ? '; sources of event source mappings are not looked up' : '';
  io.writeErr(`scans ${scans}${listed}\n`);
  io.writeOut(
    sql.length === 1
      ? `${sql.join('')}\n`
      : sql.map((one, part) => `-- ${part + 1} of ${sql.length}\n${one}\n`).join(';\n'),
  );
  return 0;
}

function composeSql(
  { query, table, window }: AthenaOptions,
  allowlist: Allowlist,
  mappings: ResolvedMappings,
): readonly string[] {
  return query.compose({ table, time: { kind: 'window', ...window }, allowlist, mappings });
}

const DAY_MS = 86_400_000;

/** Everything but the reading of arguments and the building of ports: estimates, asks, runs and prints. */
export async function askAthena(
  options: AthenaOptions,
  allowlist: Allowlist,
  ports: AthenaPorts,
  io: CommandIo,
): Promise<ExitCode> {
  if (options.act === 'print') return 2;
  const mappings = await findMappings(options, allowlist, ports, io);
  const sql = composeSql(options, allowlist, mappings);
  const { sinceMs, untilMs } = options.window;
  const scanned = { sinceMs: sinceMs - options.query.lookBackDays * DAY_MS, untilMs };
  const estimate = await estimateScan(options, scanned, sql.length, ports.engine, ports.measureFolder);
  if (estimate.kind === 'missing') {
    io.writeErr(`invokeguard athena: ${printSafely(estimate.text)}\n`);
    return 1;
  }
  io.writeErr(`${printSafely(estimate.text)}\n`);
  const { askAboveUsd, consent } = options.act;
  if (consent === 'asked' && (estimate.kind === 'unknown' || estimate.usd > askAboveUsd)) {
    const answer = await askToProceed(`This may cost more than ${askAboveUsd.toFixed(2)} USD.`, io);
    if (answer !== 'yes') {
      const how = answer === 'cannotAsk' ? ': nobody can be asked here, give --yes or --ask-above' : '';
      io.writeErr(`nothing was run${how}\n`);
      return 1;
    }
  }
  return runQueries({ sql, allowlist, mappings }, options, ports.engine, ports.wait, io);
}

function listsSources({ functions, breakGlass }: Allowlist): boolean {
  return [...functions.flatMap(({ invokers }) => invokers), ...breakGlass].some(
    (entry) => entry.kind === 'eventSourceMapping' && !isMappingArn(entry.eventSourceMapping),
  );
}

/** Sources of mappings are looked up only where an entry names one; without them such calls stay undetermined. */
async function findMappings(
  { query }: AthenaOptions,
  allowlist: Allowlist,
  ports: AthenaPorts,
  io: CommandIo,
): Promise<ResolvedMappings> {
  if (query.name !== 'violations' || !listsSources(allowlist)) return new Map();
  try {
    return await ports.listMappings();
  } catch (error) {
    if (!(error instanceof ContainmentError)) throw error;
    io.writeErr(
      `warning: calls by event source mappings stay undetermined, since their sources cannot be looked up: ${printSafely(error.message)}\n`,
    );
    return new Map();
  }
}

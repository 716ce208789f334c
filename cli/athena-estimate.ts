import { ContainmentError } from '../containment/errors.ts';
import { listProjectedFolders } from '../core/athena/projected-folders.ts';
import type { QueryEngine } from '../core/athena/query-engine.ts';
import { priceScans, USD_PER_TERABYTE } from '../core/athena/scan-cost.ts';
import type { ScanWindow } from '../core/athena/scan-window.ts';
import type { AthenaOptions } from './athena-options.ts';
import { describeBytes, describeUsd } from './athena-text.ts';

/** How large the objects directly in a folder of a bucket are together, in bytes. */
export type MeasureFolder = (bucket: string, folder: string) => Promise<number>;

/** What a query may cost, as far as it can be told before it runs: Athena has no dry run. */
export type Estimate =
  /** `measured` from the objects that will be read, or `bound` by the workgroup's limit. */
  | { readonly kind: 'measured' | 'bound'; readonly usd: number; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string }
  /** There is nothing to run the query on. */
  | { readonly kind: 'missing'; readonly text: string };

const LISTINGS_AT_A_TIME = 24;

/**
 * Tells beforehand what a query will scan. Athena charges for the bytes of the objects as they lie in S3 (compressed),
 * and a row of JSON cannot be read in part: so the sum of the objects in the projected folders is what each query scans.
 * Where they cannot be listed, the workgroup's limit is the most that it can be.
 */
export async function estimateScan(
  options: Pick<AthenaOptions, 'table' | 'workgroup' | 'query'>,
  window: ScanWindow,
  scans: number,
  engine: QueryEngine,
  measureFolder: MeasureFolder,
): Promise<Estimate> {
  const { database, table } = options.table;
  const described = await engine.describeTable(database, table);
  if (described.kind === 'missing') {
    const text = `there is no table \`${database}.${table}\`: deploy the app with \`-c athena=true\`, or name another with --database and --table`;
    return { kind: 'missing', text };
  }
  const workgroup = await engine.describeWorkgroup(options.workgroup);
  if (workgroup.kind === 'missing') {
    const text = `there is no workgroup \`${options.workgroup}\`: deploy the app with \`-c athena=true\`, or name another with --workgroup`;
    return { kind: 'missing', text };
  }
  const folders = listProjectedFolders(described.properties, window);
  const measured =
    folders.kind === 'folders'
      ? await measureAll(folders.bucket, folders.prefixes, measureFolder)
      : folders.why;
  if (typeof measured === 'number') {
    const usd = priceScans(measured, scans);
    const times = scans === 1 ? '' : `, ${scans} times`;
    return { kind: 'measured', usd, text: `scans ${describeBytes(measured)}${times}: ${describePrice(usd)}` };
  }
  const { scanLimitBytes } = workgroup;
  if (scanLimitBytes === null) {
    const text = `it cannot be told what the query scans (${measured}), and the workgroup sets no limit`;
    return { kind: 'unknown', text };
  }
  const usd = priceScans(scanLimitBytes, scans);
  const text = `it cannot be told what the query scans (${measured}); at most the workgroup's limit of ${describeBytes(scanLimitBytes)}${scans === 1 ? '' : `, ${scans} times`}: ${describePrice(usd)}`;
  return { kind: 'bound', usd, text };
}

function describePrice(usd: number): string {
  return `${describeUsd(usd)} (assumed: ${USD_PER_TERABYTE} USD for a terabyte)`;
}

/** The bytes of all folders together, or why they cannot be told. */
async function measureAll(
  bucket: string,
  folders: readonly string[],
  measureFolder: MeasureFolder,
): Promise<number | string> {
  let total = 0;
  try {
    for (let from = 0; from < folders.length; from += LISTINGS_AT_A_TIME) {
      const some = folders.slice(from, from + LISTINGS_AT_A_TIME);
      for (const bytes of await Promise.all(some.map((folder) => measureFolder(bucket, folder))))
        total += bytes;
    }
    return total;
  } catch (error) {
    if (error instanceof ContainmentError) return `\`s3://${bucket}\` cannot be listed: ${error.message}`;
    throw error;
  }
}

import { ContainmentError } from '../containment/errors.ts';
import { printSafely } from '../core/text.ts';
import { type FoundLogFiles, findLogFiles, type SearchObjects } from '../logs/log-files.ts';
import { findLogObjects, readObjectPlace } from '../logs/object-search.ts';
import type { ObjectStore } from '../logs/object-store.ts';
import { ALL_TIME, type TimeWindow } from '../logs/replay/replay-logs.ts';
import type { CommandIo } from './command-io.ts';
import { createProgress } from './progress.ts';

/** Where a bucket is looked for that lies elsewhere: S3 tells from there where it is. */
const DEFAULT_REGION = 'us-east-1';

/** Says what is wrong with the form of PATHs, if anything, before anything is done. */
export function refusePaths(paths: readonly string[]): string | undefined {
  if (paths.includes('')) return 'an empty PATH, expected a file, a folder, `-` or `s3://BUCKET/PREFIX`';
  return paths
    .filter((path) => path.startsWith('s3://'))
    .map(readObjectPlace)
    .find((place) => typeof place === 'string');
}

/**
 * Finds the logs that PATHs stand for, on this machine and in S3. Warns of what holds none.
 * @param window narrows what is looked for in S3, by the dates in the keys
 */
export async function findLogs(
  paths: readonly string[],
  io: CommandIo,
  window: TimeWindow = ALL_TIME,
): Promise<FoundLogFiles> {
  const progress = createProgress(io);
  let store: Promise<ObjectStore> | undefined;
  const searchObjects: SearchObjects = async (name) => {
    const place = readObjectPlace(name);
    if (typeof place === 'string') return { kind: 'missing', problem: `cannot read ${place}` };
    store ??= openStore(io);
    try {
      const found = await findLogObjects(await store, place, window, (folders, logs) => {
        progress.show(`${printSafely(name)}: ${logs} logs found in ${folders} folders`);
      });
      progress.clear();
      if (found.files.length === 0 && found.unreadable.length === 0) {
        io.writeErr(`warning: ${describeNothing(printSafely(name), found.otherTime)}\n`);
      }
      return { kind: 'found', ...found };
    } catch (error) {
      progress.clear();
      if (!(error instanceof ContainmentError)) throw error;
      return { kind: 'missing', problem: `cannot read \`${name}\`: ${error.message}` };
    }
  };
  const found = await findLogFiles(paths, io.cwd, searchObjects);
  const local = paths.some((path) => !path.startsWith('s3://'));
  if (local && found.kind === 'found' && found.files.length === 0) {
    io.writeErr('warning: no .json, .ndjson or .jsonl file in the folders, nothing was read\n');
  }
  return found;
}

/** The SDK is loaded for those who read S3 only. */
async function openStore(io: CommandIo): Promise<ObjectStore> {
  const { buildS3Client, S3LogObjects } = await import('../aws/s3-log-objects.ts');
  const region = io.env['AWS_REGION'] || io.env['AWS_DEFAULT_REGION'] || DEFAULT_REGION;
  return new S3LogObjects(buildS3Client({ region, endpoint: io.env['AWS_ENDPOINT_URL'] }));
}

function describeNothing(name: string, otherTime: number): string {
  const passed =
    otherTime === 0
      ? ''
      : ` that was delivered in that time: ${otherTime} folders and objects were left out by their dates`;
  return `no .json, .ndjson or .jsonl object below \`${name}\`${passed}`;
}

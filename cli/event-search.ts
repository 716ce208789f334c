import type { ResolvedMappings } from '../core/allowlist/invoker-match.ts';
import { readText } from '../core/json.ts';
import { openEnvelope } from '../core/record/envelope.ts';
import type { LogRecord } from '../logs/log-entry.ts';
import type { LogFile } from '../logs/log-files.ts';
import { readLogFile } from '../logs/log-reader.ts';
import { createMappingMemory } from '../logs/mapping-memory.ts';
import { fetchFiles } from '../logs/objects-ahead.ts';
import type { CommandIo } from './command-io.ts';
import { createProgress } from './progress.ts';

/** What looking for one event in logs came to. */
export interface EventSearch {
  /** The first record with that eventID; undefined where there is none. */
  readonly first: LogRecord | undefined;
  /** The sources of event source mappings that the same logs tell, before the event or after it. */
  readonly mappings: ResolvedMappings;
  /** How many records have that eventID. */
  readonly occurrences: number;
  readonly files: number;
  /** Records read, and pieces that are none. */
  readonly records: number;
  readonly rejected: number;
  /** Files that could not be read, one line each. */
  readonly unreadable: readonly string[];
}

/** Reads every file to its end, since only then it is known how often the event is there. */
export async function findEvent(
  files: readonly LogFile[],
  eventID: string,
  io: CommandIo,
): Promise<EventSearch> {
  const progress = createProgress(io);
  const memory = createMappingMemory();
  const unreadable: string[] = [];
  let first: LogRecord | undefined;
  let [occurrences, records, rejected] = [0, 0, 0];
  let begun = 0;
  for await (const file of fetchFiles(files)) {
    begun += 1;
    for await (const entry of readLogFile(file, () => io.stdin)) {
      progress.show(`${records} records, file ${begun} of ${files.length}`);
      if (entry.kind === 'unreadable') unreadable.push(`${entry.file}: ${entry.reason}`);
      if (entry.kind === 'rejected') rejected += 1;
      if (entry.kind !== 'record') continue;
      const opened = openEnvelope(entry.input);
      if (opened.kind === 'rejected') {
        rejected += 1;
        continue;
      }
      records += 1;
      memory.learn(opened.record);
      if (readText(opened.record, 'eventID') !== eventID) continue;
      occurrences += 1;
      first ??= entry;
    }
  }
  progress.clear();
  return { first, mappings: memory.sources, occurrences, files: files.length, records, rejected, unreadable };
}

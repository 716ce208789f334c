import type { CommandIo } from './command-io.ts';

/** A line on stderr that says how far a command has come, for people who watch it. */
export interface Progress {
  /** Shows the text, at most five times a second. */
  readonly show: (text: string) => void;
  /** Takes the line away, before something else is written. */
  readonly clear: () => void;
}

const INTERVAL_MS = 200;

/** A progress line where stderr is a terminal, and nothing at all elsewhere. */
export function createProgress(io: CommandIo): Progress {
  if (io.terminal === 'plain') return { show: () => undefined, clear: () => undefined };
  let shownMs = 0;
  let state: 'shown' | 'hidden' = 'hidden';
  return {
    show: (text) => {
      const nowMs = io.nowMs();
      if (nowMs - shownMs < INTERVAL_MS) return;
      shownMs = nowMs;
      state = 'shown';
      io.writeErr(`\r\u001B[K${text}`);
    },
    clear: () => {
      if (state === 'shown') io.writeErr('\r\u001B[K');
      state = 'hidden';
    },
  };
}

/**
 * Says how far a reading has come: records, their rate, and the time left as far as it can be told from the bytes.
 * @param totalBytes of all files; 0 where it is not known, such as for standard input
 */
export function describeReading(
  { records, fileBytes }: { readonly records: number; readonly fileBytes: number },
  totalBytes: number,
  elapsedMs: number,
): string {
  const rate = `${records} records, ${Math.round((records * 1000) / Math.max(elapsedMs, 1))} a second`;
  if (totalBytes === 0 || fileBytes === 0) return rate;
  const secondsLeft = Math.ceil((elapsedMs * (totalBytes - fileBytes)) / fileBytes / 1000);
  const left = secondsLeft < 120 ? `${secondsLeft} s` : `${Math.ceil(secondsLeft / 60)} min`;
  return `${rate}, ${Math.floor((fileBytes * 100) / totalBytes)} %, ${left} left`;
}

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

import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CommandIo } from './command-io.ts';

/** What a person said to a change that is about to be made. */
export type Answer = 'yes' | 'no' | 'cannotAsk';

/** Asks on stderr; only the word `yes` counts. Without a terminal nobody can answer, and nothing is changed. */
export async function askToProceed(question: string, io: CommandIo): Promise<Answer> {
  if (io.terminal === 'plain') return 'cannotAsk';
  const output = new Writable({
    write(chunk, _encoding, done) {
      io.writeErr(String(chunk));
      done();
    },
  });
  const lines = createInterface({ input: io.stdin, output });
  try {
    // Input that ends (Ctrl-D, a closed pipe) answers no; without this the question would stay open for ever.
    const ended = once(lines, 'close').then(() => '');
    const answer = await Promise.race([lines.question(`${question} Type yes to go on: `), ended]);
    return answer.trim().toLowerCase() === 'yes' ? 'yes' : 'no';
  } finally {
    lines.close();
  }
}

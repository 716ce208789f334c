import { fstatSync, writeFileSync } from 'node:fs';
import type { CommandIo } from './command-io.ts';
import { main } from './main.ts';

// The SDK's advice about Node versions is for whoever builds this command, not for whoever runs it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

let outState: 'open' | 'closed' = 'open';
let results: 'delivered' | 'lost' = 'delivered';

// A reader that has seen enough (`| head`) is no error; a full disk is one. The command itself is not stopped here: it
// may be changing something that has to be finished.
process.stdout.on('error', loseResults);
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

function loseResults(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && results === 'delivered') {
    const why = error.code === 'ENOSPC' ? 'no space is left on the disk' : error.message;
    process.stderr.write(`invokeguard: cannot write the results to standard output: ${why}\n`);
    results = 'lost';
    process.exitCode = 1;
  }
  outState = 'closed';
}

/**
 * Node's own stream for a file (`> report.html`) writes once and does not look how much was taken: on a disk that
 * fills up, the rest would be lost and nobody told.
 */
const outIsFile = fstatSync(1).isFile();

function writeOut(text: string): void {
  if (outState === 'closed') return;
  if (!outIsFile) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(1, text);
  } catch (error) {
    loseResults(error as NodeJS.ErrnoException);
  }
}

const io: CommandIo = {
  writeOut,
  outState: () => outState,
  writeErr: (text) => {
    process.stderr.write(text);
  },
  env: process.env,
  cwd: process.cwd(),
  terminal: process.stderr.isTTY ? 'interactive' : 'plain',
  // A getter, because touching standard input opens it: a command that does not read it must not wait for it.
  get stdin() {
    return process.stdin;
  },
  nowMs: () => Date.now(),
  onInterrupt: (stop) => {
    process.once('SIGINT', stop);
    return () => process.off('SIGINT', stop);
  },
};

async function run(): Promise<void> {
  const code = await main(process.argv.slice(2), io);
  process.exitCode = results === 'lost' ? 1 : code;
}

void run();

import type { CommandIo } from './command-io.ts';
import { main } from './main.ts';

// The SDK's advice about Node versions is for whoever builds this command, not for whoever runs it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

let outState: 'open' | 'closed' = 'open';

// A reader that has seen enough (`| head`) is no error. The command itself is not stopped here: it may be writing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  outState = 'closed';
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const io: CommandIo = {
  writeOut: (text) => {
    if (outState === 'open') process.stdout.write(text);
  },
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
  process.exitCode = await main(process.argv.slice(2), io);
}

void run();

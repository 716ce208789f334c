import { findNearest } from '../config/nearest-key.ts';
import { ContainmentError } from '../containment/errors.ts';
import { printSafely } from '../core/text.ts';
import packageFile from '../package.json' with { type: 'json' };
import type { Command, CommandIo, ExitCode } from './command-io.ts';

/** A verb of the command, loaded only when it is asked for: `--help` must not pay for the AWS SDK. */
interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const VERBS: readonly Verb[] = [
  {
    name: 'check',
    summary: 'validate the allowlist and say what it means',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'replay',
    summary: 'judge the calls in CloudTrail logs by the allowlist',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'explain',
    summary: 'tell step by step how one record is judged',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'pattern',
    summary: 'print the EventBridge patterns compiled from the allowlist',
    load: async () => (await import('./pattern.ts')).patternCommand,
  },
  {
    name: 'learn',
    summary: 'draft an allowlist from the calls in CloudTrail logs',
    load: async () => (await import('./learn.ts')).learnCommand,
  },
  {
    name: 'report',
    summary: 'show who calls what, and what enforcing would have blocked',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'athena',
    summary: 'ask the logs of a trail in S3 with Athena',
    load: async () => (await import('./athena.ts')).athenaCommand,
  },
  {
    name: 'status',
    summary: 'what live functions let in today, against the allowlist',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'plan',
    summary: "show what containment would do to a function's policy",
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'contain',
    summary: 'write guard statements into live policies, before any violation',
    load: async () => (await import('./contain.ts')).containCommand,
  },
  {
    name: 'rollback',
    summary: 'put a contained function back as it was',
    load: async () => (await import('./rollback.ts')).rollbackCommand,
  },
];

/**
 * Runs the `invokeguard` command. Answers the exit code and never ends the process. What keeps containment from
 * finishing is told in a sentence, an unexpected error with its stack; both are answered as 1.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  try {
    return await runVerb(argv, io);
  } catch (error) {
    // A fault that we know by its name (no permission, no credentials, throttled) is no bug of ours.
    if (error instanceof ContainmentError) {
      io.writeErr(`invokeguard: ${printSafely(error.message)}\n`);
      return 1;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.writeErr(`invokeguard: unexpected error, please report it\n${stack}\n`);
    return 1;
  }
}

async function runVerb(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.writeErr(composeHelp());
    return 2;
  }
  if (first === '--help' || first === '-h') return tell(io, composeHelp());
  if (first === '--version') return tell(io, `${packageFile.version}\n`);
  if (first === 'help') {
    const [named] = rest;
    if (named === undefined) return tell(io, composeHelp());
    const verb = VERBS.find(({ name }) => name === named);
    return verb === undefined ? refuse(named, io) : tell(io, (await verb.load()).help);
  }
  const verb = VERBS.find(({ name }) => name === first);
  if (verb === undefined) return refuse(first, io);
  const command = await verb.load();
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (options.includes('--help') || options.includes('-h')) return tell(io, command.help);
  return command.run(rest, io);
}

function tell(io: CommandIo, text: string): ExitCode {
  io.writeOut(text);
  return 0;
}

function refuse(word: string, io: CommandIo): ExitCode {
  const what = word.startsWith('-') ? 'option' : 'command';
  const near = findNearest(
    word,
    what === 'command' ? VERBS.map(({ name }) => name) : ['--help', '--version'],
  );
  const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
  io.writeErr(`invokeguard: unknown ${what} \`${printSafely(word)}\`${hint}; see \`invokeguard --help\`\n`);
  return 2;
}

function composeHelp(): string {
  const width = Math.max(...VERBS.map(({ name }) => name.length));
  return `Usage: invokeguard COMMAND [options]

Only the callers that invokeguard.yaml lists may invoke your Lambda functions.

${VERBS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

  invokeguard COMMAND --help   all about one command
  invokeguard --version        the version
`;
}

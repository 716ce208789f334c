import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { StepFailure } from './step-failure.ts';

/** A Node program of the checkout to run to its end. */
export interface Program {
  /** As a person would type it, for messages. */
  readonly title: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes both outputs; appended to. */
  readonly logPath: string;
}

/** Runs a program with this Node and answers its standard output. Throws `StepFailure` unless it ends with code 0. */
export async function runProgram(program: Program): Promise<string> {
  const log = createWriteStream(program.logPath, { flags: 'a' });
  log.write(`$ ${program.title}\n`);
  const child = spawn(process.execPath, program.args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let end = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    end = keepEnd(end + text);
    log.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    end = keepEnd(end + text);
    log.write(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  log.end();
  await finished(log);
  if (code !== 0) {
    throw new StepFailure(
      `\`${program.title}\` to end with code 0`,
      `code ${code}; its last lines:\n${end.trimEnd()}`,
    );
  }
  return out;
}

function keepEnd(text: string): string {
  return text.length <= 3_000 ? text : text.slice(-3_000);
}

import { join } from 'node:path';
import type { Stage } from './lab.ts';
import type { Narrator } from './narration.ts';
import { runProgram } from './program.ts';

/** Runs the built command's `rollback` against the stage and shows what it says. */
export async function runRollback(
  stage: Stage,
  options: readonly string[],
  narrator: Narrator,
): Promise<void> {
  const args = ['rollback', ...options];
  const title = `npx invokeguard ${args.join(' ')}`;
  const output = await runProgram({
    title,
    args: [join(stage.checkout, 'dist/cli/invokeguard.cjs'), ...args],
    cwd: stage.folder,
    env: stage.childEnvironment,
    logPath: join(stage.folder, 'rollback.log'),
  });
  narrator.tell('REAL', `\`${title}\` says:`);
  narrator.show(output.trimEnd());
}

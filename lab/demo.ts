import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { saveGuardLog } from './calls.ts';
import { type Lab, makeLabFolder, readLastWarnings, removeLabFolder } from './lab.ts';
import { LAB_REGION } from './local-aws.ts';
import { type Narrator, narrateText } from './narration.ts';
import { describeEngines, playSecondAct } from './second-act.ts';
import { openStage, playStory } from './story.ts';

const HELP = `Usage: npm run demo [-- --keep]

Plays an attack on a Lambda function against a local AWS, with the real CDK app, the real Lambda bundle and the real
command. Where fakecloud is at hand, a second act plays a caller that only PutResourcePolicy stops. Every line says who did what: REAL (this project's code and the CDK CLI), EMULATED (an AWS service, played
by the local AWS), PLAYED (the demo, in the place of AWS). See docs/demo.md.

  --keep   keep the local AWS running at the end, to look around in it
`;

/** Plays the demo and answers the exit code: 0 as told, 1 a step failed, 2 usage. */
async function playDemo(args: readonly string[]): Promise<0 | 1 | 2> {
  const options = readOptions(args);
  if (options.kind !== 'play') {
    process.stderr.write(options.kind === 'help' ? HELP : `${options.problem}\n\n${HELP}`);
    return options.kind === 'help' ? 0 : 2;
  }
  const look = process.stdout.isTTY && !process.env['NO_COLOR'] ? 'colour' : 'plain';
  const narrator = narrateText((text) => process.stdout.write(text), look);
  const folder = makeLabFolder(process.cwd());
  const interruption = catchInterruption();
  let lab: Lab | undefined;
  try {
    lab = await openStage(process.cwd(), folder, narrator);
    await Promise.race([playActs(lab, narrator), interruption.promise]);
    if (options.end === 'keep') await waitForPerson(lab, narrator, interruption.promise);
    narrator.begin('Clean up');
    await lab.aws.stop();
    removeLabFolder(folder);
    narrator.tell('REAL', 'the local AWS has stopped, and the files of the demo are gone');
    return 0;
  } catch (error) {
    if (lab !== undefined && !(error instanceof Interruption)) await saveGuardLog(lab).catch(() => undefined);
    await lab?.aws.stop();
    if (error instanceof Interruption) {
      removeLabFolder(folder);
      process.stderr.write('\nstopped, and cleaned up\n');
      interruption.release();
      // Ends as whoever sent the signal expects, whatever the story was waiting for.
      process.kill(process.pid, error.signal);
    } else {
      const reason = error instanceof Error ? error.message : String(error);
      const warnings = lab === undefined ? [] : readLastWarnings(lab.aws);
      const hint = warnings.length === 0 ? '' : `the local AWS warned:\n  ${warnings.join('\n  ')}\n`;
      const logs = `${relative(process.cwd(), folder)}/*.log`;
      process.stderr.write(`\nthe demo failed: ${reason}\n${hint}logs: ${logs}\n`);
    }
    return 1;
  } finally {
    interruption.release();
  }
}

async function playActs(lab: Lab, narrator: Narrator): Promise<void> {
  await playStory(lab, narrator);
  const second = await playSecondAct(lab.checkout, lab.folder, narrator);
  narrator.begin('Which engine showed what');
  narrator.show(describeEngines(second));
}

type Options =
  | { readonly kind: 'play'; readonly end: 'cleanUp' | 'keep' }
  | { readonly kind: 'help' }
  | { readonly kind: 'usage'; readonly problem: string };

function readOptions(args: readonly string[]): Options {
  try {
    const options = { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) return { kind: 'help' };
    return { kind: 'play', end: values.keep === true ? 'keep' : 'cleanUp' };
  } catch (error) {
    return { kind: 'usage', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Somebody pressed Ctrl-C, or the system wants the demo to end. */
class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function catchInterruption(): { readonly promise: Promise<never>; readonly release: () => void } {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    interrupt = (signal) => reject(new Interruption(signal));
  });
  // It may come while nobody waits for it, as during the start.
  promise.catch(() => undefined);
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return {
    promise,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
    },
  };
}

/** Says how to reach the local AWS by hand, and waits for Ctrl-C. */
async function waitForPerson(lab: Lab, narrator: Narrator, interruption: Promise<never>): Promise<void> {
  narrator.begin('Look around (end with Ctrl-C)');
  const { accessKeyId, secretAccessKey } = lab.aws.rootKeys;
  const { certificatePath } = lab.aws.certificate;
  narrator.show(
    [
      `export AWS_ENDPOINT_URL=${lab.aws.endpoint} AWS_REGION=${LAB_REGION} AWS_DEFAULT_REGION=${LAB_REGION}`,
      `export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      `export AWS_CA_BUNDLE=${certificatePath} NODE_EXTRA_CA_CERTS=${certificatePath}`,
    ].join('\n'),
  );
  // A pending promise alone does not keep Node alive.
  const heartbeat = setInterval(() => undefined, 60_000);
  try {
    await interruption;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

// The SDK's advice about Node versions is for the project's developers, not for the reader of this output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
async function main(): Promise<void> {
  try {
    process.exitCode = await playDemo(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(
      `the demo could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}

void main();

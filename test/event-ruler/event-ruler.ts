import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../core/json.ts';
import { installRuler } from './ruler-installation.ts';

/** What event-ruler says of patterns and events. */
export interface RulerAnswer {
  /** Patterns that it does not take. */
  readonly refused: readonly { readonly pattern: number; readonly why: string }[];
  /**
   * Patterns that say something of one field twice, inside and outside of `$or`. The library takes them when it is
   * told to, and then counts only what stands later.
   */
  readonly repeated: readonly { readonly pattern: number; readonly why: string }[];
  /** For each pattern, how many wildcard states one character of a text may keep alive; 0 without wildcards. */
  readonly complexity: readonly number[];
  /** For each event the indexes of the patterns that match it. */
  readonly matches: readonly (readonly number[])[];
}

/** EventBridge's own matcher, running in a Java process. */
export interface EventRuler {
  /** Puts all patterns into one machine and shows it the events. Throws when the process has ended. */
  judge(patterns: readonly unknown[], events: readonly unknown[]): Promise<RulerAnswer>;
  stop(): Promise<void>;
}

/** Starts the matcher. */
export function startRuler(classPath: string): EventRuler {
  const child: ChildProcessWithoutNullStreams = spawn('java', ['-Xmx1g', '-cp', classPath, 'Harness']);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A process that has ended is told by its answers' end, not by an error of the pipe to it.
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    judge: async (patterns, events) => {
      child.stdin.write(`${JSON.stringify({ patterns, events })}\n`);
      const line = await answers.next();
      if (line.done === true) throw new Error(`the Java process of event-ruler has ended: ${stderr}`);
      return JSON.parse(line.value) as RulerAnswer;
    },
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      await ended;
    },
  };
}

/** A record as EventBridge hands it to its rules. */
export function wrapRecord(record: JsonObject): JsonObject {
  return { source: 'aws.lambda', 'detail-type': 'AWS API Call via CloudTrail', detail: record };
}

/** `describe` where event-ruler can be run, and tests that are shown as skipped, with why, where it can not. */
export function describeWithRuler(name: string, body: (start: () => EventRuler) => void): void {
  const installation = installRuler();
  if (installation.kind === 'missing') {
    process.stderr.write(`SKIPPED: ${name}: ${installation.why}\n`);
    describe.skip(`${name} (skipped: no event-ruler)`, () => body(() => startRuler('')));
    return;
  }
  describe(name, () => body(() => startRuler(installation.classPath)));
}

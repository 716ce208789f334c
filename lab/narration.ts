/**
 * Who really did what a line tells: REAL is our code, the CDK CLI and the Lambda bundle; EMULATED is an AWS service
 * played by the local AWS; PLAYED is what the lab did itself in the place of AWS.
 */
export type Origin = 'REAL' | 'EMULATED' | 'PLAYED';

/** Tells the story of the demo as it happens. */
export interface Narrator {
  /** A new chapter. */
  readonly begin: (title: string) => void;
  /** One thing that happened. */
  readonly tell: (origin: Origin, text: string) => void;
  /** Lines that belong to what was told last: a policy, an alert. */
  readonly show: (text: string) => void;
}

/** `colour` where a person watches a terminal, `plain` in logs and pipes. */
export type Look = 'colour' | 'plain';

const RESET = '\u001b[0m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RED = '\u001b[31m';
const GREEN = '\u001b[32m';
const COLOURS: Readonly<Record<Origin, string>> = {
  REAL: GREEN,
  EMULATED: '\u001b[36m',
  PLAYED: '\u001b[33m',
};
const ORIGIN_WIDTH = 8;

/** Tells the story in text; chapters carry the seconds since the start. */
export function narrateText(
  write: (text: string) => void,
  look: Look,
  nowMs: () => number = () => performance.now(),
): Narrator {
  const startMs = nowMs();
  const paint = (colour: string, text: string): string =>
    look === 'colour' ? `${colour}${text}${RESET}` : text;
  let chapter = 0;
  return {
    begin: (title) => {
      chapter += 1;
      const time = `${((nowMs() - startMs) / 1000).toFixed(1)} s`;
      write(`\n${paint(BOLD, `${chapter}. ${title}`)}  ${paint(DIM, time)}\n`);
    },
    tell: (origin, text) => {
      write(`   ${paint(COLOURS[origin], origin.padEnd(ORIGIN_WIDTH))}  ${text}\n`);
    },
    show: (text) => {
      const indent = ' '.repeat(ORIGIN_WIDTH + 5);
      for (const line of text.split('\n')) write(`${`${indent}${paintDiff(line, paint)}`.trimEnd()}\n`);
    },
  };
}

function paintDiff(line: string, paint: (colour: string, text: string) => string): string {
  if (line.startsWith('- ')) return paint(RED, line);
  if (line.startsWith('+ ')) return paint(GREEN, line);
  return line;
}

/** Everything a command may touch of the outside, so that tests run commands in-process. */
export interface CommandIo {
  /** Results. */
  readonly writeOut: (text: string) => void;
  /** `closed` once the reader of the results has gone (`| head`): nothing more needs to be looked for. */
  readonly outState?: () => 'open' | 'closed';
  /** Diagnostics. */
  readonly writeErr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `interactive` where stderr is a terminal: progress bars and questions are for people. */
  readonly terminal: 'interactive' | 'plain';
  /** Bytes of standard input, for `-`. */
  readonly stdin: NodeJS.ReadableStream;
  readonly nowMs: () => number;
  /**
   * Asks to be told once when the person interrupts the command (Ctrl-C), instead of ending at once; a second
   * interruption ends the program. Answers how to take the request back.
   */
  readonly onInterrupt?: (stop: () => void) => () => void;
}

/**
 * How a command ended (contract, docs/commands.md): 0 done or nothing found; 1 could not finish, refused, partly done
 * or declined; 2 usage or configuration error, or a function that is not in the list; 3 replay found something.
 */
export type ExitCode = 0 | 1 | 2 | 3;

/** One verb of the command. `run` never throws for what a user did wrong: it writes to stderr and answers a code. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help text. */
  readonly help: string;
  readonly run: (args: readonly string[], io: CommandIo) => Promise<ExitCode>;
}

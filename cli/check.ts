import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type AllowlistReading, readAllowlistFile } from '../config/allowlist-file.ts';
import { type ConfigProblem, formatProblem } from '../config/problem.ts';
import { isJsonObject, readText } from '../core/json.ts';
import type { PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { explainAllowlist } from './check-text.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { explainCosts } from './cost-text.ts';
import { assessCosts, composeCostsJson } from './costs.ts';
import { readLimitOptions } from './pattern-options.ts';

const USAGE =
  'usage: invokeguard check [--config FILE] [--strict] [--characters N] [--rules N] [--format human|json]';

const HELP = `${USAGE}

Validates the allowlist and says in plain sentences what it means, function by function, and what its calls cost.

  --config FILE    the allowlist (default: invokeguard.yaml)
  --strict         warnings are errors
  --characters N   characters that an EventBridge pattern may have (default: 2048, AWS's default quota)
  --rules N        rules that the guard may use (default: 250 of AWS's default 300)
  --format         human (default) or json
  --help           this text

Exit code: 0 the file is good; 2 it is not (with --strict: or it has warnings), or the command was called wrongly.
`;

interface CheckOptions {
  readonly config: string;
  readonly format: 'human' | 'json';
  readonly strictness: 'lenient' | 'strict';
  readonly limits: PatternLimits;
}

/** `invokeguard check`: tells whether the allowlist is good, and what it means. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'validate the allowlist and say what it means',
  help: HELP,
  run: async (args, io) => runCheck(args, io),
};

function runCheck(args: readonly string[], io: CommandIo): ExitCode {
  const options = readOptions(args);
  if (typeof options === 'string') {
    if (options === 'help') {
      io.writeOut(HELP);
      return 0;
    }
    io.writeErr(`${options}\n${USAGE}\n`);
    return 2;
  }
  const reading = readConfig(options.config, io);
  const verdict =
    reading.kind === 'invalid' || (options.strictness === 'strict' && reading.warnings.length > 0);
  if (options.format === 'json') io.writeOut(`${JSON.stringify(composeJson(reading, options))}\n`);
  else writeHuman(reading, options, io);
  return verdict ? 2 : 0;
}

/** Reads the file that the user named, from the working directory, and names it in problems as the user did. */
function readConfig(config: string, io: CommandIo): AllowlistReading {
  const reading = readAllowlistFile(resolve(io.cwd, config), io.nowMs());
  const rename = (problem: ConfigProblem): ConfigProblem => ({ ...problem, file: config });
  const warnings = reading.warnings.map(rename);
  return reading.kind === 'allowlist'
    ? { ...reading, warnings }
    : { ...reading, warnings, problems: reading.problems.map(rename) };
}

function readOptions(args: readonly string[]): CheckOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: 'invokeguard.yaml' },
        strict: { type: 'boolean', default: false },
        characters: { type: 'string' },
        rules: { type: 'string' },
        format: { type: 'string', default: 'human' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    if (values.config === '') return '`--config` has no value, expected the name of a file';
    if (values.format !== 'human' && values.format !== 'json') {
      return `\`${values.format}\` is not a format, expected \`human\` or \`json\``;
    }
    const limits = readLimitOptions(values.characters, values.rules);
    if (limits.kind === 'usageError') return limits.message;
    return {
      config: values.config,
      format: values.format,
      strictness: values.strict ? 'strict' : 'lenient',
      limits: limits.limits,
    };
  } catch (error) {
    // Only what parseArgs itself says is for the user; anything else is a fault of ours.
    if (!isJsonObject(error) || readText(error, 'code')?.startsWith('ERR_PARSE_ARGS_') !== true) throw error;
    const [sentence = ''] = String(error['message']).split('\n');
    return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '').replaceAll("'", '`');
  }
}

function writeHuman(reading: AllowlistReading, options: CheckOptions, io: CommandIo): void {
  const { strictness } = options;
  for (const warning of reading.warnings) {
    io.writeErr(`${strictness === 'strict' ? 'error' : 'warning'}: ${formatProblem(warning)}\n`);
  }
  if (reading.kind === 'invalid') {
    for (const problem of reading.problems) io.writeErr(`error: ${formatProblem(problem)}\n`);
    io.writeErr(`${countThings(reading.problems.length, 'error')}; nothing may be deployed with this file\n`);
    return;
  }
  io.writeOut(explainAllowlist(reading.allowlist, io.nowMs()));
  io.writeOut(`\n${explainCosts(assessCosts(reading.allowlist, options.limits))}\n`);
  if (reading.warnings.length > 0) {
    const noun = strictness === 'strict' ? 'error (warning, with --strict)' : 'warning';
    io.writeErr(`${countThings(reading.warnings.length, noun)}\n`);
  }
}

function countThings(count: number, noun: string): string {
  const [word = noun, ...rest] = noun.split(' ');
  return [`${count} ${word}${count === 1 ? '' : 's'}`, ...rest].join(' ');
}

function composeJson(reading: AllowlistReading, { strictness, limits }: CheckOptions): unknown {
  if (reading.kind === 'invalid') return reading;
  const { allowlist, warnings } = reading;
  if (strictness === 'strict' && warnings.length > 0) {
    return { kind: 'invalid', problems: warnings, warnings: [] };
  }
  const { functions, breakGlass, trail, alerts } = allowlist;
  const costs = composeCostsJson(assessCosts(allowlist, limits));
  return { kind: 'allowlist', functions, breakGlass, trail, alerts, costs, warnings };
}

import { addHeartbeatTarget } from '../core/allowlist/heartbeat-entry.ts';
import { compilePatterns } from '../core/pattern/pattern-compiler.ts';
import { encodeJsonLine } from '../core/text.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { explainPatterns } from './cost-text.ts';
import { readPatternOptions } from './pattern-options.ts';

const USAGE =
  'usage: invokeguard pattern [--exclude ARN]... [--config FILE] [--characters N] [--rules N] [--heartbeat on|none]';

const HELP = `${USAGE}

Prints the EventBridge patterns compiled from the allowlist, as a JSON array of patterns: one rule for each. Together
they match every call that is not authorized, and as few others as possible. What they do not filter is told on stderr.

  --exclude ARN    a function that no pattern matches, by its full ARN; may be given several times. The app that
                   \`cdk deploy\` deploys leaves out the guard's own functions so
  --config FILE    the allowlist (default: invokeguard.yaml)
  --characters N   characters that a pattern may have (default: 2048, AWS's default quota)
  --rules N        rules that may be used (default: 250 of AWS's default 300)
  --heartbeat none for a guard without a heartbeat; with one the patterns match the calls of its target too
  --help           this text

Exit code: 0 done; 2 usage or bad allowlist.
`;

/** `invokeguard pattern`: the EventBridge patterns that the CDK app deploys for an allowlist. */
export const patternCommand: Command = {
  name: 'pattern',
  summary: 'print the EventBridge patterns compiled from the allowlist',
  help: HELP,
  run: async (args, io) => runPattern(args, io),
};

function runPattern(args: readonly string[], io: CommandIo): ExitCode {
  const options = readPatternOptions(args);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`${options.message}\n${USAGE}\n`);
    return 2;
  }
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const { allowlist } = config;
  const deployed = options.heartbeat === 'on' ? addHeartbeatTarget(allowlist) : allowlist;
  const compiled = compilePatterns(deployed, options.exclude, options.limits);
  io.writeOut(`[\n${compiled.patterns.map(encodeJsonLine).join(',\n')}\n]\n`);
  io.writeErr(`${explainPatterns(compiled, options.limits).join('\n')}\n`);
  return 0;
}

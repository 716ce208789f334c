import { encodeJsonLine, printSafely } from '../core/text.ts';
import { explainDecision } from '../core/verdict/explanation.ts';
import { readAllowlistArgument } from './allowlist-argument.ts';
import type { Command, CommandIo, ExitCode } from './command-io.ts';
import { type EventSearch, findEvent } from './event-search.ts';
import { composeExplanationJson } from './explain-json.ts';
import { readExplainOptions } from './explain-options.ts';
import { describeExplanation } from './explain-text.ts';
import { findLogs } from './log-search.ts';

const HELP = `Usage: invokeguard explain PATH… --event-id ID [options]

Tells step by step how one record in CloudTrail logs is judged, and which entry decided or came nearest. Changes nothing.

  PATH                 a file, a folder (.json, .ndjson, .jsonl below it, each also .gz), - for standard input, or
                       s3://BUCKET/PREFIX
  --event-id ID        the record's eventID, as \`invokeguard replay\` prints it
  --config FILE        the allowlist (default: invokeguard.yaml)
  --format human|json  default human
  --help               this text

Exit codes: 0 explained, whatever the verdict; 1 not found or could not be read; 2 usage or allowlist error.
`;

/** `invokeguard explain`: why one record is judged as it is. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'tell step by step how one record is judged',
  help: HELP,
  run: runExplain,
};

async function runExplain(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const options = readExplainOptions(args);
  if (options.kind === 'help') {
    io.writeOut(HELP);
    return 0;
  }
  if (options.kind === 'usageError') {
    io.writeErr(`invokeguard explain: ${printSafely(options.message)}; see \`invokeguard explain --help\`\n`);
    return 2;
  }
  const { paths, eventID, format } = options;
  const config = readAllowlistArgument(options.config, io);
  if (config.kind === 'invalid') return 2;
  const found = await findLogs(paths, io);
  if (found.kind === 'missing') {
    for (const problem of found.problems) io.writeErr(`invokeguard explain: ${printSafely(problem)}\n`);
    return 1;
  }
  const search = await findEvent(found.files, eventID, io);
  const unreadable = [
    ...found.unreadable.map(({ file, reason }) => `${file}: ${reason}`),
    ...search.unreadable,
  ];
  for (const line of unreadable) io.writeErr(`warning: not read: ${printSafely(line)}\n`);
  const { first, mappings, occurrences } = search;
  if (first === undefined) {
    io.writeErr(`${describeAbsence(eventID, search)}\n`);
    return 1;
  }
  const explanation = explainDecision(first.input, config.allowlist, mappings);
  const event = { eventID, first, occurrences };
  io.writeOut(
    format === 'json'
      ? `${encodeJsonLine(composeExplanationJson(event, explanation))}\n`
      : describeExplanation(event, explanation),
  );
  return 0;
}

/** What was looked through in vain, so that a wrong path is noticed. */
function describeAbsence(eventID: string, { files, records, rejected }: EventSearch): string {
  const read = `${records} ${records === 1 ? 'record' : 'records'} in ${files} ${files === 1 ? 'file' : 'files'}`;
  const none = rejected === 0 ? '' : `, beside ${rejected} that are no CloudTrail records`;
  return `invokeguard explain: no record has the eventID \`${printSafely(eventID)}\`: read ${read}${none}`;
}

// Holds the SQL for Athena against the core on a real Trino (by Maven, 965 MB once; needs Java 23 or later): every
// record has to get the same verdict, entry, kind of reason, function, qualifier and kind of caller. Ends with 1 where
// one does not.
// Usage: node --import tsx bench/athena.ts [allowlists] [seed]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import type { JsonObject } from '../core/json.ts';
import { createDice } from '../test/arbitraries/dice.ts';
import { composeRecord, recordDraw } from '../test/arbitraries/invoke-record.ts';
import { allowlist } from '../test/arbitraries/pattern-world.ts';
import { mutateRecord } from '../test/arbitraries/record-mutation.ts';
import { isTellable } from '../test/trino/log-rows.ts';
import { installTrino } from '../test/trino/trino-installation.ts';
import { startTrino } from '../test/trino/trino-server.ts';
import { fillTable, judgeByCore, judgeBySql, numberRows } from '../test/trino/verdict-trial.ts';

const RECORDS_A_LIST = 60;
const MUTANTS = 1_500;
const wanted = Number(process.argv[2] ?? 40);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const ROOT = join(import.meta.dirname, '..');
const MAPPINGS = new Map([
  [
    'arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:0a1b',
    'arn:aws:sqs:eu-west-1:111122223333:orders',
  ],
]);

/** The records of a folder's `.ndjson` files; none where the folder is not there. */
function readRecords(folder: string): readonly unknown[] {
  const files = ((): readonly string[] => {
    try {
      return readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
    } catch {
      return [];
    }
  })();
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line));
}

const real = readRecords(join(ROOT, '../shared/records'));
const handwritten = readRecords(join(ROOT, 'test/records/handwritten'));
const lists: readonly Allowlist[] = fc.sample(allowlist, { numRuns: wanted, seed });
const generated = lists.flatMap((list, index) =>
  fc
    .sample(recordDraw, { numRuns: RECORDS_A_LIST, seed: seed + index + 1 })
    .map((draw) => composeRecord(draw, list)),
);
const dice = createDice(seed);
const origins = [...real, ...handwritten, ...generated.slice(0, 300)];
const mutants = Array.from({ length: MUTANTS }, () => mutateRecord(origins[dice(origins.length)], dice));
const all: readonly unknown[] = [...real, ...handwritten, ...generated, ...mutants];
const records: readonly JsonObject[] = all.filter(isTellable);
console.log(
  `seed ${seed}: ${lists.length} allowlists; ${real.length} real, ${handwritten.length} handwritten, ${generated.length} ` +
    `generated and ${mutants.length} mutated records, of which text columns can tell ${records.length}`,
);

const installation = await installTrino();
if (installation.kind === 'missing') {
  console.log(`SKIPPED: ${installation.why}`);
} else {
  const trino = await startTrino(installation);
  try {
    process.exitCode = await compareAll(trino.endpoint);
  } finally {
    await trino.stop();
  }
}

async function compareAll(endpoint: string): Promise<number> {
  await fillTable(endpoint, numberRows(records));
  const tally = new Map<string, number>();
  let pairs = 0;
  let different = 0;
  for (const [index, list] of lists.entries()) {
    const startMs = performance.now();
    const bySql = await judgeBySql(endpoint, records.length, list, MAPPINGS);
    const byCore = judgeByCore(records, list, MAPPINGS);
    for (const [place, said] of byCore.entries()) {
      pairs += 1;
      const kind = said === null ? 'no call' : String((JSON.parse(said) as unknown[])[2]);
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
      if (said === bySql[place]) continue;
      different += 1;
      if (different > 8) continue;
      console.log(`list ${index}, record ${place}: the core says ${said}, the SQL ${bySql[place]}`);
      console.log(`  ${JSON.stringify(records[place]).slice(0, 1_500)}`);
    }
    if (index % 10 === 0) console.log(`list ${index}: ${Math.round(performance.now() - startMs)} ms`);
  }
  console.log(`${pairs} pairs, ${different} different`);
  console.log([...tally].map(([kind, count]) => `  ${kind}: ${count}`).join('\n'));
  return different === 0 ? 0 : 1;
}

// What compiled patterns cost: time, rules, characters, and the share of authorized calls that reaches the Lambda all
// the same, for lists of several sizes. With Java EventBridge's own matcher says what matches, else that of the tests.
// Usage: node --import tsx bench/patterns.ts [most records a list]
import type { Allowlist, InvokerEntry } from '../core/allowlist/allowlist.ts';
import { listGuardFunctionArns } from '../core/guard.ts';
import type { JsonObject } from '../core/json.ts';
import { compilePatterns } from '../core/pattern/pattern-compiler.ts';
import { composeRecord, type RecordDraw } from '../test/arbitraries/invoke-record.ts';
import { judgeRecord } from '../test/arbitraries/pattern-law.ts';
import { type EventRuler, startRuler, wrapRecord } from '../test/event-ruler/event-ruler.ts';
import { matchPattern, readyEvent, readyPattern } from '../test/event-ruler/pattern-matcher.ts';
import { installRuler } from '../test/event-ruler/ruler-installation.ts';

const PLACE = { partition: 'aws', region: 'eu-west-1', account: '111122223333' };
const EXCLUDE = listGuardFunctionArns(PLACE);
const RECORDS_A_BATCH = 5000;
const COMPILATIONS = 3;
const TEAMS = 50;
const mostRecords = Number(process.argv[2] ?? 50_000);

type WithoutPointer<Entry> = Entry extends InvokerEntry ? Omit<Entry, 'pointer'> : never;
type Caller = WithoutPointer<InvokerEntry>;

function role(name: string): Caller {
  return { kind: 'role', role: `arn:aws:iam::${PLACE.account}:role/${name}` };
}

function user(name: string): Caller {
  return { kind: 'user', user: `arn:aws:iam::${PLACE.account}:user/${name}` };
}

/** A service that calls for a resource of this function or team: a bucket, a topic, a rule or an API. */
function source(name: string, index: number): Caller {
  const { region, account: own } = PLACE;
  const kinds = [
    { service: 's3.amazonaws.com', sourceArn: `arn:aws:s3:::${name}-uploads` },
    { service: 'sns.amazonaws.com', sourceArn: `arn:aws:sns:${region}:${own}:${name}` },
    { service: 'events.amazonaws.com', sourceArn: `arn:aws:events:${region}:${own}:rule/${name}-nightly` },
  ];
  const api = `arn:aws:execute-api:${region}:${own}:a1b2c3${index}/*`;
  const { service, sourceArn } = kinds[index % 4] ?? { service: 'apigateway.amazonaws.com', sourceArn: api };
  return { kind: 'service', service, sourceArn, sourceAccount: own };
}

/** A service, a role and a user of its own for each function. */
function drawThree(name: string, index: number): readonly Caller[] {
  return [source(name, index), role(`${name}-role`), user(`${name}-user`)];
}

/** What large estates look like: a source and a role of its own, its team's roles, the deployment's role or an account. */
function drawFive(name: string, index: number): readonly Caller[] {
  const team = `team-${index % TEAMS}`;
  const last =
    index % 10 === 0
      ? ({ kind: 'account', account: '444455556666' } as const)
      : index % 10 < 4
        ? user(`${team}-ops`)
        : role(`${team}-states`);
  return [source(name, index), role(`service-role/${name}`), role(`${team}-app`), role('ci-deploy'), last];
}

/** The same five callers for every function of a team. */
function drawTeam(_: string, index: number): readonly Caller[] {
  const number = index % TEAMS;
  const team = `team-${number}`;
  return [
    source(team, number),
    role(`${team}-app`),
    role(`${team}-states`),
    role('ci-deploy'),
    user(`${team}-ops`),
  ];
}

function composeAllowlist(
  functions: number,
  draw: (name: string, index: number) => readonly Caller[],
): Allowlist {
  const subjects = ['orders', 'billing', 'search', 'mail', 'stock', 'media', 'audit'];
  return {
    version: 1,
    trail: { functions: 'all' },
    alerts: { emails: [] },
    breakGlass: [],
    functions: Array.from({ length: functions }, (_, index) => {
      const name = `${subjects[index % subjects.length]}-${index.toString().padStart(5, '0')}-worker`;
      const { partition, region, account: own } = PLACE;
      return {
        pointer: `/functions/${index}`,
        selector: { kind: 'arn', arn: `arn:${partition}:lambda:${region}:${own}:function:${name}` },
        mode: 'observe',
        invokers: draw(name, index).map(
          (entry, place): InvokerEntry => ({
            ...entry,
            pointer: `/functions/${index}/invokers/${place}`,
          }),
        ),
      };
    }),
  };
}

/** One authorized call by each entry of each function, or of as many functions of the list as asked for. */
function listCalls(allowlist: Allowlist): readonly JsonObject[] {
  const { functions } = allowlist;
  const entries = functions[0]?.invokers.length ?? 1;
  const wanted = Math.ceil(mostRecords / entries);
  // A prime number mixes the functions: every second one would take half of the kinds of source only.
  const picked = (index: number): boolean => (index * 7919) % functions.length < wanted;
  return functions.flatMap(({ invokers }, functionPick) =>
    picked(functionPick)
      ? invokers.map((_, callerPick) => composeCall(allowlist, functionPick, callerPick))
      : [],
  );
}

function composeCall(allowlist: Allowlist, functionPick: number, callerPick: number): JsonObject {
  const stranger = {
    type: 'AssumedRole',
    service: 's3.amazonaws.com',
    source: undefined,
    account: PLACE.account,
    principal: 'ci',
    partition: PLACE.partition,
    invokedBy: undefined,
  };
  const draw: RecordDraw = {
    ...PLACE,
    functionPick,
    functionName: 'orders',
    callerPick,
    stranger,
    filling: 'x',
    eventName: 'Invoke',
    eventTime: '2026-11-21T12:00:00Z',
    sourceIPAddress: '10.1.2.3',
    vpcEndpointId: undefined,
    nameForm: 'arn',
    damage: [],
  };
  const record = composeRecord(draw, allowlist);
  const judgement = judgeRecord(record, allowlist, EXCLUDE);
  if (judgement.kind !== 'judged' || judgement.decision.verdict !== 'authorized')
    throw new Error(`a listed caller is not authorized: ${JSON.stringify(record)}`);
  return record;
}

interface Matched {
  readonly matched: number;
  /** Wildcard states of the wildest pattern; 0 where event-ruler did not say. */
  readonly complexity: number;
}

async function countMatched(
  ruler: EventRuler | null,
  patterns: readonly JsonObject[],
  calls: readonly JsonObject[],
): Promise<Matched> {
  let matched = 0;
  let complexity = 0;
  const ready = ruler === null ? patterns.map(readyPattern) : [];
  for (let start = 0; start < calls.length; start += RECORDS_A_BATCH) {
    const events = calls.slice(start, start + RECORDS_A_BATCH).map(wrapRecord);
    if (ruler === null) {
      const cut = events.map(readyEvent);
      matched += cut.filter((event) => ready.some((pattern) => matchPattern(pattern, event))).length;
      continue;
    }
    const { refused, repeated, matches, ...answer } = await ruler.judge(patterns, events);
    if (refused.length + repeated.length > 0) throw new Error(`a pattern is refused: ${refused[0]?.why}`);
    matched += matches.filter(({ length }) => length > 0).length;
    complexity = Math.max(complexity, ...answer.complexity);
  }
  return { matched, complexity };
}

async function measure(ruler: EventRuler | null, title: string, allowlist: Allowlist): Promise<void> {
  const times: number[] = [];
  let compiled = compilePatterns({ ...allowlist, functions: [] }, EXCLUDE);
  for (let run = 0; run < COMPILATIONS; run += 1) {
    const before = process.cpuUsage();
    compiled = compilePatterns(allowlist, EXCLUDE);
    const { user: spentUs, system: systemUs } = process.cpuUsage(before);
    times.push((spentUs + systemUs) / 1000);
  }
  const { patterns, coverage } = compiled;
  const calls = listCalls(allowlist);
  const { matched, complexity } = await countMatched(ruler, patterns, calls);
  const longest = Math.max(...patterns.map((pattern) => JSON.stringify(pattern).length));
  console.log(title);
  console.log(
    `  compiled in ${Math.round(times.sort((one, other) => one - other)[1] ?? 0)} ms of CPU (median of ${COMPILATIONS})`,
  );
  console.log(
    `  ${patterns.length} rules, ${coverage.wildcardRules} of them with wildcards${complexity === 0 ? '' : ` (up to ${complexity} states)`}; ${coverage.characters} characters, longest ${longest}`,
  );
  console.log(
    `  ${coverage.exactFunctions} functions told by themselves, ${coverage.looseFunctions.length} not`,
  );
  console.log(
    `  authorized calls that reach the Lambda: ${matched} of ${calls.length} (${((100 * matched) / calls.length).toFixed(1)} %)`,
  );
}

const installation = installRuler();
const ruler = installation.kind === 'installed' ? startRuler(installation.classPath) : null;
console.log(
  installation.kind === 'installed'
    ? 'matched by event-ruler'
    : `matched by the matcher of the tests: ${installation.why}`,
);
await measure(ruler, '200 functions, 3 callers of their own each', composeAllowlist(200, drawThree));
await measure(ruler, '1,200 functions, 3 callers of their own each', composeAllowlist(1200, drawThree));
await measure(
  ruler,
  '10,000 functions, 5 callers each: own sources and roles, shared roles and accounts',
  composeAllowlist(10_000, drawFive),
);
await measure(
  ruler,
  `10,000 functions, 5 callers each, shared by the functions of each of ${TEAMS} teams`,
  composeAllowlist(10_000, drawTeam),
);
await ruler?.stop();

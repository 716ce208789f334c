// Times one containment up to the write that makes the function safe, against a bare loop of the same three calls.
// Needs fakecloud (INVOKEGUARD_FAKECLOUD or on the PATH): it answers the policy calls and DynamoDB.
// Usage: node --import tsx bench/contain.ts [rounds]
import {
  DynamoDBClient,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  CreateFunctionCommand,
  GetResourcePolicyCommand,
  LambdaClient,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-lambda';
import { DynamodbLedger } from '../aws/dynamodb-ledger.ts';
import { LambdaPolicyStore } from '../aws/lambda-policy-store.ts';
import { SYSTEM_CLOCK } from '../aws/system-clock.ts';
import {
  type ContainmentPorts,
  composePlanInput,
  containTarget,
  planStanding,
} from '../containment/containment.ts';
import type { InvokerEntry } from '../core/allowlist/allowlist.ts';
import { nameGuard } from '../core/guard.ts';
import { planContainment } from '../core/plan/containment-planner.ts';
import { createLedgerTable } from '../lab/ledger-table.ts';
import {
  FAKECLOUD_ACCOUNT,
  FAKECLOUD_KEYS,
  findFakecloud,
  startFakecloud,
} from '../test/local-aws/fakecloud.ts';

const REGION = 'eu-west-1';
const TABLE = 'ledger';
const ROUNDS = Number(process.argv[2] ?? 100);
const WARM_UP = 10;
const GUARD = nameGuard(FAKECLOUD_ACCOUNT, REGION);
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${FAKECLOUD_ACCOUNT}:function:thumbnailer`;
const TARGET = { functionArn: FUNCTION_ARN, qualifier: null };
const INTRUDER = { kind: 'role', roleArn: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/intruder` } as const;
const ENTRIES: readonly InvokerEntry[] = [
  {
    kind: 'service',
    pointer: '/functions/0/invokers/0',
    service: 's3.amazonaws.com',
    sourceArn: 'arn:aws:s3:::uploads',
    sourceAccount: FAKECLOUD_ACCOUNT,
  },
  {
    kind: 'role',
    pointer: '/functions/0/invokers/1',
    role: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/ci-deploy`,
  },
];
const OPEN_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'open',
      Effect: 'Allow',
      Principal: { AWS: INTRUDER.roleArn },
      Action: 'lambda:InvokeFunction',
      Resource: FUNCTION_ARN,
    },
  ],
});

const program = findFakecloud();
if (program === undefined) throw new Error('no fakecloud: set INVOKEGUARD_FAKECLOUD to its path');
const server = await startFakecloud(program);
try {
  await measure(server.endpoint);
} finally {
  await server.stop();
}

async function measure(endpoint: string): Promise<void> {
  const settings = { endpoint, region: REGION, credentials: FAKECLOUD_KEYS };
  const lambda = new LambdaClient(settings);
  const dynamodb = new DynamoDBClient(settings);
  await prepare(lambda, dynamodb);
  const calls: string[] = [];
  const count = (name: string | undefined): void => {
    calls.push(name ?? 'unknown');
  };
  lambda.middlewareStack.add(
    (next, context) => async (args) => {
      count(context.commandName);
      return next(args);
    },
    { step: 'initialize' },
  );
  dynamodb.middlewareStack.add(
    (next, context) => async (args) => {
      count(context.commandName);
      return next(args);
    },
    { step: 'initialize' },
  );
  const bare: number[] = [];
  const contained: number[] = [];
  let counted: readonly string[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const revision = await open(lambda);
    const bareMs = await runBare(lambda, dynamodb, revision, round);
    await open(lambda);
    const from = calls.length;
    const safeMs = await runContainment(lambda, dynamodb, round);
    counted = calls.slice(from, calls.indexOf('PutResourcePolicyCommand', from) + 1);
    if (round < WARM_UP) continue;
    bare.push(bareMs);
    contained.push(safeMs);
  }
  report('bare loop of the three calls', bare);
  report('containment until the function is safe', contained);
  const ratios = contained.map((ms, index) => ms / (bare[index] ?? Number.NaN));
  console.log(`ratio, pair by pair: median ${median(ratios).toFixed(2)}`);
  console.log(`calls before the function is safe: ${counted.length} (${counted.join(', ')})`);
  timePlanning();
}

async function prepare(lambda: LambdaClient, dynamodb: DynamoDBClient): Promise<void> {
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'thumbnailer',
      Role: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/any`,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]) },
    }),
  );
  await createLedgerTable(dynamodb, TABLE);
}

async function open(lambda: LambdaClient): Promise<string | undefined> {
  const put = await lambda.send(
    new PutResourcePolicyCommand({ ResourceArn: FUNCTION_ARN, Policy: OPEN_POLICY }),
  );
  return put.RevisionId;
}

/** The same three calls with nothing around them, as large as the guard's own. */
async function runBare(
  lambda: LambdaClient,
  dynamodb: DynamoDBClient,
  revision: string | undefined,
  round: number,
): Promise<number> {
  const policy = planContainment(describeInput());
  const text = JSON.stringify(policy.kind === 'replace' ? policy.policy : {});
  const items: TransactWriteItemsCommandInput['TransactItems'] = ['event', 'lock', 'snapshot'].map((sk) => ({
    Put: { TableName: TABLE, Item: { pk: { S: `bare#${round}` }, sk: { S: sk }, text: { S: text } } },
  }));
  const began = performance.now();
  await lambda.send(new GetResourcePolicyCommand({ ResourceArn: FUNCTION_ARN }));
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: items }));
  await lambda.send(
    new PutResourcePolicyCommand({ ResourceArn: FUNCTION_ARN, Policy: text, RevisionId: revision }),
  );
  return performance.now() - began;
}

async function runContainment(
  lambda: LambdaClient,
  dynamodb: DynamoDBClient,
  round: number,
): Promise<number> {
  const store = new LambdaPolicyStore(lambda);
  let safeAt = Number.NaN;
  const ports: ContainmentPorts = {
    policies: {
      readPolicy: (target) => store.readPolicy(target),
      writePolicy: async (target, before, plan) => {
        const written = await store.writePolicy(target, before, plan);
        safeAt = performance.now();
        return written;
      },
    },
    // Each round is another day, so that the limit of three rewrites an hour does not stop the measurement.
    ledger: new DynamodbLedger(dynamodb, TABLE),
    clock: { ...SYSTEM_CLOCK, nowMs: () => Date.now() + round * 86_400_000 },
  };
  const began = performance.now();
  const outcome = await containTarget(
    {
      eventID: `round-${round}`,
      target: TARGET,
      entries: ENTRIES,
      scope: { kind: 'allowlist' },
      offender: INTRUDER,
      from: 'standing',
    },
    GUARD,
    ports,
  );
  if (outcome.kind !== 'contained') throw new Error(`round ${round} ended ${JSON.stringify(outcome)}`);
  return safeAt - began;
}

function describeInput(): Parameters<typeof planContainment>[0] {
  const { Statement } = JSON.parse(OPEN_POLICY) as { Statement: [] };
  const before = { kind: 'present', policy: { Statement }, revisionId: '', lever: 'resourcePolicy' } as const;
  const request = {
    target: TARGET,
    entries: ENTRIES,
    scope: { kind: 'allowlist' },
    offender: INTRUDER,
  } as const;
  return composePlanInput(request, GUARD, before, Date.now());
}

/** Planning and proving for a large policy and a long list: the work between the calls. */
function timePlanning(): void {
  const roles = Array.from({ length: 200 }, (_, index): InvokerEntry => {
    return {
      kind: 'role',
      pointer: `/functions/0/invokers/${index}`,
      role: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/r${index}`,
    };
  });
  const Statement = Array.from({ length: 60 }, (_, index) => ({
    Sid: `grant-${index}`,
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${FAKECLOUD_ACCOUNT}:role/r${index}` },
    Action: 'lambda:InvokeFunction',
    Resource: FUNCTION_ARN,
  }));
  const input = { ...describeInput(), policy: { Version: '2012-10-17', Statement }, entries: roles };
  const times = { plan: [] as number[], prove: [] as number[] };
  for (let round = 0; round < 60; round += 1) {
    const began = performance.now();
    planContainment(input);
    const planned = performance.now();
    planStanding(input);
    const proven = performance.now();
    times.plan.push(planned - began);
    times.prove.push(proven - planned - (planned - began));
  }
  const size = JSON.stringify(input.policy).length;
  report(`plan: ${size} characters of policy, 200 entries`, times.plan.slice(10));
  report('proof of that plan', times.prove.slice(10));
}

function report(name: string, values: readonly number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(2);
  console.log(`${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms (n=${sorted.length})`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

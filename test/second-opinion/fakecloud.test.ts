import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { AccessDecision } from '../../core/evaluator/request.ts';
import type { PolicyDocument } from '../../core/policy/document.ts';
import { describeWithFakecloud, startFakecloud } from '../local-aws/fakecloud.ts';
import type { LocalServer } from '../local-aws/server.ts';
import { askEngine, connectRoot, type EngineCaller, placePolicy, populateEngine } from './engine.ts';
import { decideByAws, readAsFakecloud } from './known-differences.ts';
import { drawPolicies, listPolicies } from './policies.ts';

const SEED = 20_261_121;

describeWithFakecloud('a second opinion on resource policies', (path) => {
  let server: LocalServer;
  let root: LambdaClient;
  let callers: readonly EngineCaller[];

  beforeAll(async () => {
    server = await startFakecloud(path);
    root = connectRoot(server.endpoint);
    callers = await populateEngine(server.endpoint);
  });
  afterAll(async () => {
    root?.destroy();
    for (const { client } of callers ?? []) client.destroy();
    await server?.stop();
  });

  it.each([
    ['written by hand', listPolicies()],
    [`drawn at random with seed ${SEED}`, drawPolicies(150, SEED)],
  ] as const)(
    'agrees on policies %s, except where AWS documents otherwise',
    async (what, policies) => {
      const tally = { policies: 0, agreed: 0, undetermined: 0, known: 0, notTaken: 0 };
      const differences: string[] = [];
      for (const policy of policies) {
        if ((await placePolicy(root, policy)) !== undefined) {
          tally.notTaken += 1;
          continue;
        }
        tally.policies += 1;
        const theirs = await Promise.all(callers.map(askEngine));
        for (const [index, caller] of callers.entries()) {
          const ours = decideByAws(policy, caller);
          if (ours.kind === 'undetermined') tally.undetermined += 1;
          else if ((ours.kind === 'allowed') === (theirs[index] === 'in')) tally.agreed += 1;
          else if ((readAsFakecloud(policy, caller).kind === 'allowed') === (theirs[index] === 'in'))
            tally.known += 1;
          else differences.push(describeDifference(policy, caller, ours, theirs[index]));
        }
      }
      process.stderr.write(`second opinion on policies ${what}: ${JSON.stringify(tally)}\n`);
      expect(differences).toEqual([]);
      expect(tally.agreed).toBeGreaterThan(2 * policies.length);
    },
    40_000,
  );
});

function describeDifference(
  policy: PolicyDocument,
  { principal, identity }: EngineCaller,
  ours: AccessDecision,
  theirs: 'in' | 'out' | undefined,
): string {
  return `${principal.kind}, identity ${identity}: ${ours.kind} here, ${theirs} there: ${JSON.stringify(policy.Statement)}`;
}

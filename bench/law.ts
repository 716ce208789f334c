// Holds the containment plan against the law on random policies, lists and requests.
// Usage: node --import tsx bench/law.ts [cases] [seed]
import * as fc from 'fast-check';
import { planContainment } from '../core/plan/containment-planner.ts';
import { breaksLaw, readReach } from '../test/arbitraries/law.ts';
import {
  attachTo,
  attempt,
  callQualifier,
  GUARD_ID,
  invokerEntries,
  NOW,
  policyDocument,
  QUALIFIERS,
  qualifyArn,
} from '../test/arbitraries/policy-world.ts';

const cases = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const REQUESTS_A_PLAN = 10;

let refused = 0;
let narrowed = 0;
const started = performance.now();
const result = fc.check(
  fc.property(
    policyDocument(),
    invokerEntries(),
    fc.array(attempt(), { minLength: REQUESTS_A_PLAN, maxLength: REQUESTS_A_PLAN }),
    fc.constantFrom(...QUALIFIERS),
    (plain, entries, tries, qualifier) => {
      const resourceArn = qualifyArn(qualifier);
      const policy = attachTo(plain, resourceArn);
      const plan = planContainment({
        policy,
        resourceArn,
        entries,
        now: NOW,
        guardId: GUARD_ID,
        scope: { kind: 'allowlist' },
        offender: null,
        lever: 'resourcePolicy',
      });
      // Guards that no policy has room for: nothing is written.
      if (plan.kind === 'refused') {
        refused += 1;
        return;
      }
      if (entries.some(({ narrowing }) => narrowing !== undefined)) narrowed += 1;
      const after = plan.kind === 'replace' ? plan.policy : policy;
      for (const one of tries.map((each) => callQualifier(each, qualifier))) {
        const broken = breaksLaw(policy, after, entries, one, readReach(plan));
        if (broken !== null) throw new Error(broken);
      }
    },
  ),
  { numRuns: Math.ceil(cases / REQUESTS_A_PLAN), seed },
);
const seconds = (performance.now() - started) / 1000;
const tried = result.numRuns * REQUESTS_A_PLAN;
console.log(
  `${tried} cases (${result.numRuns} plans, ${narrowed} with narrowed entries, ${refused} refused) in ${seconds.toFixed(1)} s`,
);
console.log(`${Math.round(tried / seconds)} cases/s, seed ${seed}`);
if (result.failed) {
  console.error(fc.defaultReportMessage(result));
  process.exitCode = 1;
}

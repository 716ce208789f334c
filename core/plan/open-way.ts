import { type InvokerEntry, isLive } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import type { Caller } from '../caller/caller.ts';
import { authorizeRequest, evaluatePolicy } from '../evaluator/authorization.ts';
import type { PolicyStatement } from '../policy/document.ts';
import type { PlanInput } from './containment-plan.ts';
import { type Grant, readGrant } from './grant.ts';
import { mayServeEntry } from './grant-reach.ts';
import { focusInput } from './input-focus.ts';
import { judgeSite } from './offender-reach.ts';
import { listWitnessCallers, listWitnesses, type Witness } from './witness.ts';

/** A way by which somebody who is not listed gets in, or may get in. */
export type OpenWay =
  /** An Allow of the policy serves somebody who is not listed. */
  | {
      readonly kind: 'grant';
      readonly sid: string | null;
      /** The `Principal` as the policy has it. */
      readonly principal: unknown;
      /** Whether it may serve a listed caller too. */
      readonly serves: 'unlistedOnly' | 'listedToo';
    }
  /** A statement that may let somebody in, in a way that we do not follow. */
  | { readonly kind: 'unclear'; readonly sid: string | null; readonly reason: string }
  /** No Deny keeps out callers of the function's own account whose own IAM permissions allow the call. */
  | { readonly kind: 'identityPolicies' };

const STRANGER_ACCOUNT = '999999999990';

/**
 * Finds the ways by which a policy lets in callers that are not listed, by trying sample callers for every principal
 * and source that it names, and strangers. What it finds is certain; a way that no sample takes is not found, so an
 * empty answer proves nothing: the plan does.
 */
export function findOpenWays(given: PlanInput): readonly OpenWay[] {
  const input = focusInput(given);
  const live = input.entries.filter((entry) => isLive(entry, input.now));
  const callers = listWitnessCallers(input);
  const ways: OpenWay[] = [];
  for (const statement of input.policy?.Statement ?? []) {
    const reading = readGrant(statement, input.resourceArn);
    if (reading.kind === 'noGrant') continue;
    const sid = typeof statement['Sid'] === 'string' ? statement['Sid'] : null;
    const grant = reading.kind === 'grant' ? reading.grant : undefined;
    const tried = grant === undefined ? callers : [...callers, ...sampleStrangeSources(grant)];
    if (listUnlisted(live, tried, input).some((witness) => letsIn(statement, witness, input))) {
      const listed = grant === undefined || live.some((entry) => mayServeEntry(grant, entry));
      const serves = listed ? 'listedToo' : 'unlistedOnly';
      ways.push({ kind: 'grant', sid, principal: statement['Principal'], serves });
    } else if (reading.kind !== 'grant') {
      ways.push({ kind: 'unclear', sid, reason: reading.why });
    }
  }
  const byIdentity = listUnlisted(live, callers, input).some((witness) => entersByIdentity(witness, input));
  return byIdentity ? [...ways, { kind: 'identityPolicies' }] : ways;
}

/** A caller that some entry might list, if a record had told more, is not called unlisted. */
function listUnlisted(
  live: readonly InvokerEntry[],
  callers: readonly Caller[],
  input: PlanInput,
): readonly Witness[] {
  return callers
    .flatMap((caller) => listWitnesses(caller, input, input.now, 'knownKeys'))
    .filter(({ caller, site }) => judgeSite(live, caller, site) === 'unlisted');
}

/** A service may come for a resource that nobody thought of, of this account or of another one. */
function sampleStrangeSources(grant: Grant): readonly Caller[] {
  const named = grant.conditions
    .filter(({ key }) => key === 'aws:sourceaccount')
    .flatMap(({ values }) => values);
  return grant.principals.flatMap((principal) =>
    principal.kind === 'service'
      ? [...named, STRANGER_ACCOUNT].map((sourceAccount) => {
          const sourceArn = `arn:aws:${principal.service.split('.')[0] ?? ''}:::invokeguard-witness`;
          return { kind: 'service', service: principal.service, sourceArn, sourceAccount } as const;
        })
      : [],
  );
}

/** The statement by itself lets the caller in, and nothing in the policy refuses it. */
function letsIn(statement: PolicyStatement, { request }: Witness, input: PlanInput): boolean {
  const alone = { ...input.policy, Statement: [statement] };
  return (
    evaluatePolicy(alone, request).kind === 'allowed' &&
    evaluatePolicy(input.policy, request).kind === 'allowed'
  );
}

/** Root users are left out: only a policy of the organization keeps them from anything in their own account. */
function entersByIdentity({ caller, request }: Witness, input: PlanInput): boolean {
  if (caller.kind !== 'role' && caller.kind !== 'user') return false;
  if (!('account' in request.principal) || request.identity !== 'allows') return false;
  if (request.principal.account !== parseArn(input.resourceArn)?.account) return false;
  const decision = authorizeRequest(input.policy, request);
  return decision.kind === 'allowed' && decision.by !== 'resourcePolicy';
}

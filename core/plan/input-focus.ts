import { type InvokerEntry, isLive, type Narrowing } from '../allowlist/allowlist.ts';
import { parseFunctionArn } from '../record/function-reference.ts';
import type { Lever, PlanInput } from './containment-plan.ts';

/**
 * Leaves in an input what the policy of its ARN can be about: entries for other qualifiers are out, and of those that
 * stay the qualifier is answered, since each qualifier has a policy of its own. Which service uses a role
 * (`invokedBy`) is left out too: no condition key tells it. Of an input that is focused already nothing changes.
 */
export function focusInput(input: PlanInput): PlanInput {
  return { ...input, entries: focusEntries(input.entries, input.resourceArn) };
}

function focusEntries(entries: readonly InvokerEntry[], resourceArn: string): readonly InvokerEntry[] {
  // The unqualified function and `$LATEST` have two policies, and run the same code.
  const qualifier = parseFunctionArn(resourceArn)?.qualifier ?? '$LATEST';
  return entries.flatMap((entry): readonly InvokerEntry[] => {
    const { narrowing, ...rest } = entry;
    if (narrowing === undefined) return [entry];
    if (narrowing.qualifier?.includes(qualifier) === false) return [];
    const { sourceIp, vpcEndpoint } = narrowing;
    const told: Narrowing = {
      ...(sourceIp === undefined ? {} : { sourceIp }),
      ...(vpcEndpoint === undefined ? {} : { vpcEndpoint }),
    };
    return [Object.keys(told).length === 0 ? rest : { ...rest, narrowing: told }];
  });
}

/** Names the narrowings of an input that no policy, or none that can be written, enforces. */
export function noteUnenforcedNarrowings(
  entries: readonly InvokerEntry[],
  { now, resourceArn, lever }: Pick<PlanInput, 'now' | 'resourceArn' | 'lever'>,
): readonly string[] {
  const live = entries.filter((entry) => isLive(entry, now) && focusEntries([entry], resourceArn).length > 0);
  return UNENFORCED[lever].flatMap(({ key, why }) => {
    const asking = live.filter(({ narrowing }) => narrowing?.[key] !== undefined);
    if (asking.length === 0) return [];
    const places = asking.map(({ pointer }) => pointer).join(', ');
    return [`${key} not enforced by the policy: ${why} (entries: ${places})`];
  });
}

const UNTOLD = {
  key: 'invokedBy',
  why: 'no condition key tells which service uses a role, so the caller gets in however it is used',
} as const;

const UNENFORCED: Readonly<Record<Lever, readonly { key: keyof Narrowing; why: string }[]>> = {
  resourcePolicy: [UNTOLD],
  permissions: [
    { key: 'sourceIp', why: 'AddPermission cannot say an address' },
    { key: 'vpcEndpoint', why: 'AddPermission cannot say an endpoint' },
    UNTOLD,
  ],
};

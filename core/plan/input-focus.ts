import { type InvokerEntry, isLive, type Narrowing, type ServiceEntry } from '../allowlist/allowlist.ts';
import { listKindredNames } from '../allowlist/service-principal.ts';
import { parseArn } from '../arn.ts';
import { parseFunctionArn } from '../record/function-reference.ts';
import type { Lever, PlanInput } from './containment-plan.ts';

/**
 * Leaves in an input what the policy of its ARN can be about: entries for other qualifiers are out, and of those that
 * stay the qualifier is answered, since each qualifier has a policy of its own. Which service uses a role
 * (`invokedBy`) is left out too: no condition key tells it. A service that IAM may test under its other name is listed
 * under both: nobody says which one `aws:PrincipalServiceName` holds, and in doubt a listed caller wins. Of an input
 * that is focused already nothing changes.
 */
export function focusInput(input: PlanInput): PlanInput {
  const entries = focusEntries(input.entries, input.resourceArn);
  return { ...input, entries: addKindredServices(entries, parseArn(input.resourceArn)?.region ?? '') };
}

function addKindredServices(entries: readonly InvokerEntry[], region: string): readonly InvokerEntry[] {
  const known = new Set(entries.flatMap((entry) => (entry.kind === 'service' ? [writeEntry(entry)] : [])));
  return entries.flatMap((entry): readonly InvokerEntry[] => {
    if (entry.kind !== 'service') return [entry];
    const kindred = listKindredNames(entry.service, region).map((service) => ({ ...entry, service }));
    return [entry, ...kindred.filter((other) => !known.has(writeEntry(other)))];
  });
}

function writeEntry({ service, sourceArn, sourceAccount, expires }: ServiceEntry): string {
  return JSON.stringify([service, sourceArn, sourceAccount, expires]);
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

import { MODELLED_KEYS } from './context.ts';
import type { RequestPrincipal } from './request.ts';

/** A condition key whose presence AWS's documentation does not settle for some kinds of caller. */
export interface DoubtfulKey {
  /** Lower-cased. */
  readonly key: string;
  /** The kinds of caller for which it is doubtful. */
  readonly callers: readonly RequestPrincipal['kind'][];
  /** Why, for people. */
  readonly why: string;
}

const IAM = ['role', 'user', 'root', 'federated'] as const;

/**
 * The keys that may be missing where `composeContext` puts them. A policy that is to be relied upon is tried with
 * every combination of them left out.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const DOUBTFUL_KEYS: readonly DoubtfulKey[] = [
  { key: 'aws:sourcearn', callers: ['service'], why: 'not every service sends it' },
  { key: 'aws:sourceaccount', callers: ['service'], why: 'not every service sends it' },
  {
    key: 'aws:principalisawsservice',
    callers: ['service', ...IAM],
    why: 'documented for signed requests, never seen in a policy of a function',
  },
  {
    key: 'aws:principalservicename',
    callers: ['service'],
    why: 'documented for services, never seen in a policy of a function',
  },
  {
    key: 'lambda:invokedviafunctionurl',
    callers: [...IAM, 'anonymous'],
    why: 'grants for the URL alone were seen to work, as if InvokeFunction was not asked',
  },
  ...(['aws:sourceip', 'aws:vpcsourceip', 'aws:sourcevpce'] as const).map((key) => ({
    key,
    callers: [...IAM, 'anonymous' as const],
    why: 'documented, never seen in a policy of a function',
  })),
  {
    key: 'aws:viaawsservice',
    callers: IAM,
    why: 'documented for signed requests, never seen in a policy of a function',
  },
];

/** Every context that is left when some, none or all of the doubtful keys of this caller are missing; the full one first. */
export function listContextVariants(
  context: ReadonlyMap<string, readonly string[]>,
  principal: RequestPrincipal,
): readonly ReadonlyMap<string, readonly string[]>[] {
  const doubtful = DOUBTFUL_KEYS.filter(
    ({ key, callers }) => callers.includes(principal.kind) && (context.get(key)?.length ?? 0) > 0,
  );
  return doubtful.reduce<readonly ReadonlyMap<string, readonly string[]>[]>(
    (variants, { key }) => [...variants, ...variants.map((variant) => leaveOut(variant, key))],
    [context],
  );
}

/** A key that is not one of `MODELLED_KEYS` has to be there without a value, or nothing would be known of it. */
function leaveOut(
  context: ReadonlyMap<string, readonly string[]>,
  key: string,
): ReadonlyMap<string, readonly string[]> {
  const variant = new Map(context);
  if (MODELLED_KEYS.has(key)) variant.delete(key);
  else variant.set(key, []);
  return variant;
}

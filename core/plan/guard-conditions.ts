import type { InvokerEntry, ServiceEntry } from '../allowlist/allowlist.ts';
import { overlapsPattern } from './arn-pattern.ts';
import { IAM_CALLERS, PRINCIPAL_KEY, SERVICE_KEY } from './iam-callers.ts';
import { gatherListedCallers, type ListedCallers, listExpiries } from './listed-callers.ts';
import { buildNarrowingGuards, mergePrincipals, type NarrowingGuard } from './narrowing-guards.ts';
import { buildSourceGuards, dropContained, type GuardCondition } from './source-guards.ts';
import type { SentSourceKeys } from './source-keys.ts';

/** What AWS does when Lambda itself calls is not documented, so the guards leave it alone. */
export const EXEMPT_SERVICE = 'lambda.amazonaws.com';

/** `aws:PrincipalAccount` reads `anonymous` for a call without credentials. */
const ANONYMOUS_CALLERS: GuardCondition = { StringEquals: { 'aws:PrincipalAccount': 'anonymous' } };

/** Which source keys a service sends; asked for every listed service. */
export type AskSentKeys = (service: string) => SentSourceKeys;

/**
 * The conditions of the guard statements: one Deny for each, together the exact complement of who is listed now,
 * and from each expiry on also of who is listed then.
 *
 * Only what an expiry takes away is written for it: the guards of the time before still hold, because the list only
 * ever shrinks. So the length grows with the number of entries, not with entries times expiries.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function buildGuardConditions(
  entries: readonly InvokerEntry[],
  nowMs: number,
  sentKeys: AskSentKeys,
): readonly GuardCondition[] {
  let listed = gatherListedCallers(entries, nowMs);
  const guards = [...refuseUnlisted(listed, sentKeys)];
  const sources = new Set(buildAllSourceGuards(listed, sentKeys).map(writeKey));
  const narrowings = new Set(buildNarrowingGuards(listed).guards.map(writeNarrowing));
  for (const instant of listExpiries(entries, nowMs)) {
    const after = gatherListedCallers(entries, instant);
    const fresh = buildAllSourceGuards(after, sentKeys).filter((guard) => !sources.has(writeKey(guard)));
    for (const guard of fresh) sources.add(writeKey(guard));
    const narrower = buildNarrowingGuards(after).guards.filter(
      (guard) => !narrowings.has(writeNarrowing(guard)),
    );
    for (const guard of narrower) narrowings.add(writeNarrowing(guard));
    const since = { DateGreaterThanEquals: { 'aws:CurrentTime': writeInstant(instant) } };
    for (const guard of [
      ...refuseDeparted(listed, after),
      ...mergeServices(fresh),
      ...mergePrincipals(narrower),
    ]) {
      guards.push({ ...guard, ...since });
    }
    listed = after;
  }
  return guards;
}

function refuseUnlisted(listed: ListedCallers, sentKeys: AskSentKeys): readonly GuardCondition[] {
  const services = [...new Set([...listed.services.keys(), EXEMPT_SERVICE])].sort();
  const arns = listed.principalArns;
  return [
    // The key is there only when a service calls as itself, so its presence is all the proof that is needed.
    { Null: { [SERVICE_KEY]: 'false' }, StringNotEquals: { [SERVICE_KEY]: services } },
    ...mergeServices(buildAllSourceGuards(listed, sentKeys)),
    arns.length === 0 ? IAM_CALLERS : { ...IAM_CALLERS, ArnNotLike: { [PRINCIPAL_KEY]: arns } },
    ...mergePrincipals(buildNarrowingGuards(listed).guards),
    ...refuseAnonymous(listed),
  ];
}

/** A function URL is reached from the internet only, so that its callers always have a public address. */
function refuseAnonymous({ anonymous, anonymousSources }: ListedCallers): readonly GuardCondition[] {
  if (anonymous === 'unlisted') return [ANONYMOUS_CALLERS];
  if (anonymousSources === null) return [];
  return [
    {
      ...ANONYMOUS_CALLERS,
      Null: { 'aws:SourceIp': 'false' },
      NotIpAddress: { 'aws:SourceIp': anonymousSources },
    },
  ];
}

/** What one expiry takes away, apart from single sources of a service that stays listed. */
function refuseDeparted(before: ListedCallers, after: ListedCallers): readonly GuardCondition[] {
  const guards: GuardCondition[] = [];
  const gone = [...before.services.keys()].filter(
    (service) => !after.services.has(service) && service !== EXEMPT_SERVICE,
  );
  if (gone.length > 0) guards.push({ StringEquals: { [SERVICE_KEY]: gone } });
  const departed = dropContained(before.principalArns.filter((arn) => !after.principalArns.includes(arn)));
  if (departed.length > 0) {
    const staying = after.principalArns.filter((arn) =>
      departed.some((other) => overlapsPattern(arn, other)),
    );
    guards.push({
      ...IAM_CALLERS,
      ArnLike: { [PRINCIPAL_KEY]: departed },
      ...(staying.length === 0 ? {} : { ArnNotLike: { [PRINCIPAL_KEY]: staying } }),
    });
  }
  const known = new Set(refuseAnonymous(before).map((guard) => JSON.stringify(guard)));
  guards.push(...refuseAnonymous(after).filter((guard) => !known.has(JSON.stringify(guard))));
  return guards;
}

interface ServiceGuard {
  readonly service: string;
  readonly condition: GuardCondition;
}

function buildAllSourceGuards(listed: ListedCallers, sentKeys: AskSentKeys): readonly ServiceGuard[] {
  const guards: ServiceGuard[] = [];
  for (const [service, entries] of listed.services) {
    if (service === EXEMPT_SERVICE) continue;
    for (const condition of buildSourceGuards(entries, sentKeys(service)))
      guards.push({ service, condition });
  }
  return guards;
}

function writeNarrowing({ arn, condition }: NarrowingGuard): string {
  return `${arn} ${JSON.stringify(condition)}`;
}

function writeKey(guard: ServiceGuard): string {
  return `${guard.service} ${JSON.stringify(guard.condition)}`;
}

/** Services with the same condition share a statement. */
function mergeServices(guards: readonly ServiceGuard[]): readonly GuardCondition[] {
  const groups = new Map<string, { services: string[]; condition: GuardCondition }>();
  for (const { service, condition } of guards) {
    const key = JSON.stringify(condition);
    const group = groups.get(key) ?? { services: [], condition };
    group.services.push(service);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ services, condition }) => ({
    ...condition,
    StringEquals: { ...condition['StringEquals'], [SERVICE_KEY]: services },
  }));
}

/** ISO-8601 UTC, as IAM writes dates; whole seconds carry no fraction. */
function writeInstant(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}

/** Names the sources that the guards cannot enforce, because the service may not send the key. */
export function noteUnenforcedSources(
  services: ReadonlyMap<string, readonly ServiceEntry[]>,
  sentKeys: AskSentKeys,
): readonly string[] {
  const notes: string[] = [];
  for (const [service, entries] of services) {
    if (service === EXEMPT_SERVICE) continue;
    if (entries.some((entry) => entry.sourceArn === undefined && entry.sourceAccount === undefined)) continue;
    const sent = sentKeys(service);
    const arn = entries.some((entry) => entry.sourceArn !== undefined) && sent.sourceArn === 'perhaps';
    const account =
      entries.some((entry) => entry.sourceAccount !== undefined) && sent.sourceAccount === 'perhaps';
    if (!arn && !account) continue;
    const key =
      arn && account ? 'aws:SourceArn or aws:SourceAccount' : arn ? 'aws:SourceArn' : 'aws:SourceAccount';
    notes.push(
      `source not enforced when ${service} does not send ${key}: such a call still passes the guard`,
    );
  }
  return notes;
}

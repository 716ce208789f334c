import { type InvokerEntry, isLive, type ServiceEntry } from '../allowlist/allowlist.ts';
import { parseArn } from '../arn.ts';
import { dropContained } from './source-guards.ts';

/** Everyone who is listed at one instant, in the form that guards are made from. Sorted and without redundancy. */
export interface ListedCallers {
  /** `ArnLike` patterns for `aws:PrincipalArn`: roles, users, and whole accounts. */
  readonly principalArns: readonly string[];
  readonly services: ReadonlyMap<string, readonly ServiceEntry[]>;
  readonly anonymous: 'listed' | 'unlisted';
}

/**
 * Gathers who is listed at an instant (epoch milliseconds). Event source mappings are Lambda's own calls: no policy
 * governs them, so they have no part in it.
 */
export function gatherListedCallers(entries: readonly InvokerEntry[], atMs: number): ListedCallers {
  const arns: string[] = [];
  const services = new Map<string, ServiceEntry[]>();
  let anonymous: ListedCallers['anonymous'] = 'unlisted';
  for (const entry of entries) {
    if (!isLive(entry, atMs)) continue;
    switch (entry.kind) {
      case 'role':
        arns.push(entry.role);
        break;
      case 'user':
        arns.push(entry.user);
        break;
      case 'account':
        arns.push(writeAccountPattern(entry.account));
        break;
      case 'service':
        collect(services, entry);
        break;
      case 'functionUrl':
        anonymous = 'listed';
        break;
      case 'eventSourceMapping':
        break;
    }
  }
  const sorted = [...services].sort(([left], [right]) => (left < right ? -1 : 1));
  return { principalArns: dropContained(arns), services: new Map(sorted), anonymous };
}

function collect(services: Map<string, ServiceEntry[]>, entry: ServiceEntry): void {
  const known = services.get(entry.service);
  if (known === undefined) services.set(entry.service, [entry]);
  else known.push(entry);
}

/**
 * The pattern that the `aws:PrincipalArn` of every principal of an account matches: roles, users and root
 * (`arn:aws:iam::…`), federated users (`arn:aws:sts::…`). The ARN says the account itself, so no second key that
 * might be absent is asked.
 */
function writeAccountPattern(account: string): string {
  return `arn:*:*::${account}:*`;
}

/** The instants, ascending, at which entries that are live now expire. */
export function listExpiries(entries: readonly InvokerEntry[], nowMs: number): readonly number[] {
  const instants = new Set<number>();
  for (const entry of entries) {
    if (entry.expires !== undefined && isLive(entry, nowMs)) instants.add(Date.parse(entry.expires));
  }
  return [...instants].sort((left, right) => left - right);
}

/** Says why entries cannot be turned into guards, or `undefined` where they can. */
export function findUnusableEntry(entries: readonly InvokerEntry[]): string | undefined {
  for (const entry of entries) {
    for (const text of readTexts(entry)) {
      if (text.includes('${')) {
        return `the entry at ${entry.pointer} holds \`\${\`, which IAM would replace; write the value itself`;
      }
    }
    if (entry.kind === 'role' && parseArn(entry.role)?.resource.startsWith('role/') !== true) {
      return `the entry at ${entry.pointer} is not the ARN of a role: expected a resource that starts with \`role/\``;
    }
    if (entry.kind === 'user' && parseArn(entry.user)?.resource.startsWith('user/') !== true) {
      return `the entry at ${entry.pointer} is not the ARN of a user: expected a resource that starts with \`user/\``;
    }
  }
  return undefined;
}

function readTexts(entry: InvokerEntry): readonly string[] {
  switch (entry.kind) {
    case 'role':
      return [entry.role];
    case 'user':
      return [entry.user];
    case 'account':
      return [entry.account];
    case 'service':
      return [entry.service, entry.sourceArn ?? '', entry.sourceAccount ?? ''];
    case 'eventSourceMapping':
    case 'functionUrl':
      return [];
  }
}

import { BlockList } from 'node:net';
import { matchArn, matchWildcard } from '../../core/arn.ts';
import type { AccessRequest } from '../../core/evaluator/request.ts';
import { isJsonObject } from '../../core/json.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/policy/document.ts';

/**
 * A second, deliberately plain reading of the policy language, for the law: the part that the generated policies use,
 * written from IAM's documentation and apart from core/evaluator. Throws on anything else.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(policy: PolicyDocument | null, request: AccessRequest): boolean {
  const hits = (policy?.Statement ?? []).filter((statement) => fits(statement, request));
  if (request.identity === 'denies' || hits.some(({ Effect }) => Effect === 'Deny')) return false;
  const allows = hits
    .filter(({ Effect }) => Effect === 'Allow')
    .map((statement) => namesPrincipal(statement, request));
  const direct = allows.includes('direct');
  // A root user needs no identity policy.
  const granted = request.identity === 'allows' || request.principal.kind === 'root';
  const { principal } = request;
  if (principal.kind === 'service' || principal.kind === 'anonymous') return direct;
  if (principal.account === request.resource.split(':')[4]) return direct || granted;
  return allows.some((way) => way !== 'no') && granted;
}

function fits(statement: PolicyStatement, request: AccessRequest): boolean {
  const named = namesPrincipal(statement, request);
  return (
    named !== 'no' &&
    list(statement['Action']).some((action) =>
      matchWildcard(action.toLowerCase(), request.action.toLowerCase()),
    ) &&
    list(statement['Resource']).some((resource) => matchWildcard(resource, request.resource)) &&
    holds(statement['Condition'], request.context)
  );
}

/** An account in a policy delegates to the account: within it the identity policy still has to allow the call. */
function namesPrincipal(
  statement: PolicyStatement,
  { principal }: AccessRequest,
): 'direct' | 'delegated' | 'no' {
  const who = statement['Principal'];
  if (who === '*') return 'direct';
  if (!isJsonObject(who)) throw new Error('the reference engine does not know this Principal');
  if (principal.kind === 'service')
    return list(who['Service']).includes(principal.service) || list(who['AWS']).includes('*')
      ? 'direct'
      : 'no';
  const names = list(who['AWS']);
  if (names.includes('*')) return 'direct';
  if (principal.kind === 'anonymous') return 'no';
  const own = {
    role: () => principal.kind === 'role' && [principal.roleArn, principal.sessionArn],
    user: () => principal.kind === 'user' && [principal.userArn],
    federated: () => principal.kind === 'federated' && [principal.arn],
    root: () => [],
  }[principal.kind]();
  if (own !== false && own.some((arn) => names.includes(arn))) return 'direct';
  const account = principal.account;
  return names.includes(account) || names.includes(`arn:aws:iam::${account}:root`) ? 'delegated' : 'no';
}

function list(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function holds(condition: unknown, context: ReadonlyMap<string, readonly string[]>): boolean {
  if (condition === undefined) return true;
  if (!isJsonObject(condition)) throw new Error('the reference engine does not know this Condition');
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys as Record<string, unknown>).every(([key, wanted]) =>
      holdsOne(operator, list(wanted), context.get(key.toLowerCase())?.[0]),
    ),
  );
}

function holdsOne(operator: string, wanted: readonly string[], given: string | undefined): boolean {
  if (operator === 'Null') return wanted.includes(String(given === undefined));
  const base = operator.replace(/IfExists$/, '');
  const negated = /Not/.test(base);
  if (given === undefined) return negated || base !== operator;
  const test = TESTS[base.replace('Not', '')];
  if (test === undefined) throw new Error(`the reference engine does not know ${operator}`);
  return wanted.some((value) => test(value, given)) !== negated;
}

const TESTS: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  StringEquals: (wanted, given) => wanted === given,
  StringLike: matchWildcard,
  ArnEquals: matchArn,
  ArnLike: matchArn,
  Bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  IpAddress: isInBlock,
  DateGreaterThanEquals: (wanted, given) => Date.parse(given) >= Date.parse(wanted),
};

function isInBlock(block: string, address: string): boolean {
  const [network = '', prefix] = block.split('/');
  const family = (text: string): 'ipv4' | 'ipv6' => (text.includes(':') ? 'ipv6' : 'ipv4');
  if (family(network) !== family(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family(network));
  return list.check(address, family(address));
}

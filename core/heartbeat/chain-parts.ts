/** The trail that logs the calls, as CloudTrail tells it. */
export type TrailState =
  /** Nobody told the guard which trail it is. */
  | { readonly kind: 'notNamed' }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'read';
      readonly logging: 'on' | 'off';
      /** Why CloudTrail cannot write to the bucket; null where it can. */
      readonly deliveryError: string | null;
      /** Whether its selectors take the calls of the heartbeat's target. */
      readonly target: 'logged' | 'notLogged';
    }
  | Unreadable;

/** A part that does not say how it is: no permission, or no answer. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
}

/** One of the guard's rules, as EventBridge tells it. */
export interface RuleState {
  readonly name: string;
  readonly state: 'enabled' | 'disabled';
  readonly targetArns: readonly string[];
}

/** What is wrong with one rule. */
export interface RuleFault {
  readonly name: string;
  readonly fault: 'missing' | 'disabled' | 'noTarget' | 'otherTarget';
}

/** All rules of the guard. */
export type RulesState = { readonly kind: 'read'; readonly faults: readonly RuleFault[] } | Unreadable;

/** The queue of records and the dead letters: messages that are there, about. */
export type QueuesState =
  | { readonly kind: 'read'; readonly waiting: number; readonly deadLetters: number }
  | Unreadable;

/** The parts between a call and its verdict. */
export interface ChainParts {
  readonly trail: TrailState;
  readonly rules: RulesState;
  readonly queues: QueuesState;
}

/** What the rules' fixed names begin with, followed by a number of three digits from 001. */
export const INVOCATION_RULE_PREFIX = 'invokeguard-invocations-';

/** The fixed name of the rule for calls with a number, from 1. */
export function nameInvocationRule(number: number): string {
  return `${INVOCATION_RULE_PREFIX}${String(number).padStart(3, '0')}`;
}

/** What was deployed. */
export interface DeployedRules {
  /** How many rules for calls there are. */
  readonly invocationRules: number;
  /** The queue that they send to. */
  readonly queueArn: string;
}

/** Finds what is wrong with the rules: those for calls by what was deployed, others by what is there. */
export function findRuleFaults(
  rules: readonly RuleState[],
  { invocationRules, queueArn }: DeployedRules,
): readonly RuleFault[] {
  const names = new Set(rules.map(({ name }) => name));
  const expected = Array.from({ length: invocationRules }, (_, index) => nameInvocationRule(index + 1));
  const missing = expected.filter((name) => !names.has(name));
  return [
    ...missing.map((name): RuleFault => ({ name, fault: 'missing' })),
    ...rules.flatMap((rule) => findRuleFault(rule, queueArn)),
  ];
}

function findRuleFault({ name, state, targetArns }: RuleState, queueArn: string): readonly RuleFault[] {
  if (state === 'disabled') return [{ name, fault: 'disabled' }];
  if (targetArns.length === 0) return [{ name, fault: 'noTarget' }];
  if (!name.startsWith(INVOCATION_RULE_PREFIX) || targetArns.includes(queueArn)) return [];
  return [{ name, fault: 'otherTarget' }];
}

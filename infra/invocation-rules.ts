import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { type FunctionPlace, LONGEST_PLACE, listGuardFunctionArns } from '../core/guard.ts';
import { INVOCATION_RULE_PREFIX, nameInvocationRule } from '../core/heartbeat/chain-parts.ts';
import type { JsonObject } from '../core/json.ts';
import type { PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { compilePatterns } from '../core/pattern/pattern-compiler.ts';
import { listOwnFunctionArns } from './function-scope.ts';
import { allowRules, type GuardQueues } from './guard-queues.ts';

/** What the rules for calls are made from. */
export interface InvocationRulesProps {
  readonly allowlist: Allowlist;
  readonly limits: PatternLimits;
  readonly queues: GuardQueues;
}

/**
 * Makes one rule for each pattern that the allowlist compiles to. What they match goes to the queue of records, and to
 * the dead letters where EventBridge cannot deliver it.
 *
 * A rule of the lower-level kind takes the compiled JSON as it is; CDK's `Rule` wants an object with names of its own, and
 * its target for queues gives every rule a statement in the queue's policy.
 */
export class InvocationRules extends Construct {
  readonly ruleCount: number;

  constructor(scope: Construct, id: string, { allowlist, limits, queues }: InvocationRulesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const standIns = listGuardFunctionArns(readPlace(stack));
    const { patterns, coverage } = compilePatterns(allowlist, standIns, limits);
    const ownFunctionArns = listOwnFunctionArns(stack);
    this.ruleCount = patterns.length;
    for (const [index, pattern] of patterns.entries()) {
      const number = String(index + 1).padStart(3, '0');
      new CfnRule(this, `Rule${number}`, {
        name: nameInvocationRule(index + 1),
        description: 'Calls of Lambda functions, for Invokeguard',
        state: 'ENABLED',
        eventPattern: replaceArns(pattern, standIns, ownFunctionArns),
        targets: [
          {
            id: 'Queue',
            arn: queues.records.queueArn,
            deadLetterConfig: { arn: queues.deadLetters.queueArn },
          },
        ],
      });
    }
    const ruleArns = stack.formatArn({
      service: 'events',
      resource: 'rule',
      // One statement of the queue's policy for all of them: SQS takes short policies only.
      resourceName: `${INVOCATION_RULE_PREFIX}???`,
    });
    for (const queue of [queues.records, queues.deadLetters]) {
      allowRules(queue, 'InvocationRulesSend', { ArnLike: { 'aws:SourceArn': ruleArns } });
    }
    if (coverage.looseFunctions.length > 0) {
      Annotations.of(this).addWarningV2(
        'invokeguard:patternsWidened',
        `EventBridge does not filter the calls of ${coverage.looseFunctions.length} entries of the allowlist exactly, ` +
          'because they do not fit into its rules: `npx invokeguard check` says what that costs',
      );
    }
  }
}

/** The place that patterns are measured for: what is not known at synth counts as long as it can be. */
function readPlace(stack: Stack): FunctionPlace {
  const { account, region } = stack;
  const known = Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition;
  return {
    partition: known ?? LONGEST_PLACE.partition,
    region: Token.isUnresolved(region) ? LONGEST_PLACE.region : region,
    account: Token.isUnresolved(account) ? LONGEST_PLACE.account : account,
  };
}

/** Puts the stack's own references where a pattern has the ARNs that it was measured with. */
function replaceArns(
  pattern: JsonObject,
  standIns: readonly string[],
  functionArns: readonly string[],
): unknown {
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return standIns.reduce((text, arn, index) => text.replaceAll(arn, functionArns[index] ?? arn), value);
    }
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner)]));
  };
  return replace(pattern);
}

import {
  type EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type Rule,
} from '@aws-sdk/client-eventbridge';
import {
  type DeployedRules,
  findRuleFaults,
  type RuleState,
  type RulesState,
} from '../core/heartbeat/chain-parts.ts';
import { describeFault } from './sdk-fault.ts';

/** What the names of all rules of the guard begin with. */
const OWN_PREFIX = 'invokeguard-';

/**
 * Asks EventBridge for the guard's rules on the default event bus and their targets, one after the other: some hundred
 * requests at most, far below what an account may send in a second.
 *
 * IAM: `events:ListRules` (on all rules: it takes no narrower resource), `events:ListTargetsByRule` on the guard's rules.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
 */
export async function readRulesState(
  client: EventBridgeClient,
  deployed: DeployedRules,
): Promise<RulesState> {
  try {
    const rules: RuleState[] = [];
    for (const { Name: name, State: state } of await listRules(client)) {
      if (name === undefined) continue;
      rules.push({
        name,
        // Rules that take read-only management events too have a third state.
        state: state === 'DISABLED' ? 'disabled' : 'enabled',
        targetArns: await listTargets(client, name),
      });
    }
    return { kind: 'read', faults: findRuleFaults(rules, deployed) };
  } catch (error) {
    return { kind: 'unreadable', reason: describeFault(error) };
  }
}

async function listRules(client: EventBridgeClient): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListRulesCommand({ NamePrefix: OWN_PREFIX, NextToken: token }));
    rules.push(...(page.Rules ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return rules;
}

/** A rule has five targets at most: one page. */
async function listTargets(client: EventBridgeClient, rule: string): Promise<readonly string[]> {
  const { Targets: targets } = await client.send(new ListTargetsByRuleCommand({ Rule: rule }));
  return (targets ?? []).flatMap(({ Arn: arn }) => (arn === undefined ? [] : [arn]));
}

import { Annotations, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { readPatternLimits } from '../config/pattern-limits.ts';
import type { Allowlist } from '../core/allowlist/allowlist.ts';
import { addHeartbeatTarget } from '../core/allowlist/heartbeat-entry.ts';
import { parseArn } from '../core/arn.ts';
import type { PatternLimits } from '../core/pattern/compiled-patterns.ts';
import { allowAlarmsToPublish, createAlertTopic, subscribeEmails } from './alert-topic.ts';
import { type AllowlistSource, loadAllowlist } from './allowlist-source.ts';
import { ChangeRules } from './change-rules.ts';
import { createConvergenceRules } from './convergence-rules.ts';
import { listForeignEntries } from './function-scope.ts';
import { createGuardAlarms } from './guard-alarms.ts';
import type { GuardParts } from './guard-function.ts';
import { createGuardFunctions } from './guard-functions.ts';
import { createGuardQueues } from './guard-queues.ts';
import { GuardWatch } from './guard-watch.ts';
import { Heartbeat } from './heartbeat.ts';
import { checkHeartbeat } from './heartbeat-check.ts';
import { InvocationRules } from './invocation-rules.ts';
import type { InvocationTrail } from './invocation-trail.ts';
import { allowLogGroups } from './key-grants.ts';
import { createLedgerTable } from './ledger-table.ts';
import { findFunctionBundles } from './package-folder.ts';
import { watchParts } from './part-watch.ts';

/** Properties of an `InvocationGuard`. */
export interface InvocationGuardProps {
  /** Path of an allowlist file, or its content as an object. */
  readonly allowlist: AllowlistSource;
  /**
   * The trail in the same app that logs the calls. It is deployed after the guard, so that no call is logged before
   * there is a rule that sees it. Where it stands in a stack of its own, all of that stack is watched for tampering.
   * @default - a trail that was made elsewhere logs them
   */
  readonly trail?: InvocationTrail;
  /**
   * The ARN of a trail that was made elsewhere and logs the calls: what is done to it is told.
   * @default - without `trail` too, what is done to any trail is told
   */
  readonly existingTrailArn?: string;
  /**
   * Where alerts and alarms go. The policy of an imported topic must let CloudWatch and EventBridge publish.
   * @default - a topic is made
   */
  readonly alertTopic?: ITopic;
  /**
   * Encrypts queues, ledger, logs, the functions' environment and the topic that the construct makes.
   * @default - AWS's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * What becomes of the ledger (and the functions' logs) when the stack is deleted. With anything but DESTROY the
   * table is protected from deletion.
   * @default RemovalPolicy.RETAIN
   */
  readonly ledgerRemovalPolicy?: RemovalPolicy;
  /**
   * Characters that an event pattern may have: your account's quota.
   * @default 2048, the quota that AWS gives by default
   */
  readonly patternCharacters?: number;
  /**
   * Rules that the guard may take on the default event bus for calls. It has up to twenty-six more, for changes, its
   * watch, its heartbeat and its schedules, which do not count here.
   * @default 250, which leaves about as many of AWS's default quota to others
   */
  readonly patternRules?: number;
  /**
   * Whether a function is called every quarter of an hour to see that calls come back as verdicts. With a trail in the
   * same app, say the same there.
   * @default 'on'
   */
  readonly heartbeat?: 'on' | 'none';
  /**
   * Whether events that AWS records in another Region only (IAM's, and those of a trail that is at home elsewhere) are
   * forwarded to this Region's default event bus, as the ready-made app's `ForwardStack` does it.
   * @default 'unheard' - the log files tell of them, minutes later
   */
  readonly elsewhere?: 'forwarded' | 'unheard';
  /**
   * Folder of the built functions, `remediate/` and `converge/`.
   * @default - the one in this package
   */
  readonly bundleFolder?: string;
}

/**
 * Watches who calls the Lambda functions of its account and Region, tells of callers that the allowlist does not name,
 * and shuts them out where it says `enforce`. At most one in an account and Region, because its functions' names are
 * fixed.
 *
 * Throws `InvalidAllowlistError` at synth where the allowlist has faults.
 */
export class InvocationGuard extends Construct {
  readonly alertTopic: ITopic;
  readonly ledger: Table;
  /** What its functions work with, for a sweep of the log files in another stack. */
  readonly parts: GuardParts;
  readonly remediator: IFunction;
  readonly converger: IFunction;
  /** Records of calls, for the remediator. */
  readonly queue: IQueue;
  /** Jobs for the converger. */
  readonly convergenceQueue: IQueue;
  readonly deadLetterQueue: IQueue;
  /** Where tampering with the guard is told, by a way of its own. */
  readonly watchTopic: ITopic;

  constructor(scope: Construct, id: string, props: InvocationGuardProps) {
    super(scope, id);
    const { encryptionKey } = props;
    const { allowlist: listed, warnings } = loadAllowlist(props.allowlist);
    const heartbeat = props.heartbeat ?? 'on';
    const elsewhere = props.elsewhere ?? 'unheard';
    const allowlist = heartbeat === 'on' ? addHeartbeatTarget(listed) : listed;
    this.#annotate(allowlist, warnings);
    const ledgerRemovalPolicy = props.ledgerRemovalPolicy ?? RemovalPolicy.RETAIN;

    this.alertTopic = props.alertTopic ?? createAlertTopic(this, 'Alerts', encryptionKey);
    allowAlarmsToPublish(this.alertTopic);
    subscribeEmails(this.alertTopic, allowlist.alerts.emails);
    this.ledger = createLedgerTable(this, 'Ledger', ledgerRemovalPolicy, encryptionKey);

    const queues = createGuardQueues(this, encryptionKey);
    this.queue = queues.records;
    this.convergenceQueue = queues.convergence;
    this.deadLetterQueue = queues.deadLetters;
    const limits = readLimits(props);
    const { ruleCount } = new InvocationRules(this, 'Invocations', { allowlist, limits, queues });
    new ChangeRules(this, 'Changes', { allowlist, characters: limits.characters, queues, elsewhere });
    createConvergenceRules(this, queues);

    if (encryptionKey !== undefined) allowLogGroups(encryptionKey, Stack.of(this));
    const parts = {
      allowlist,
      ledger: this.ledger,
      alertTopic: this.alertTopic,
      convergenceQueue: queues.convergence,
      encryptionKey,
      logRemovalPolicy: ledgerRemovalPolicy,
    } satisfies GuardParts;
    this.parts = parts;
    const bundleFolder = props.bundleFolder ?? findFunctionBundles();
    const functions = createGuardFunctions(this, parts, queues, bundleFolder);
    this.remediator = functions.remediator;
    this.converger = functions.converger;
    createGuardAlarms(this, queues, functions, this.alertTopic);
    if (heartbeat === 'on') {
      checkHeartbeat(this, allowlist, props.trail);
      const trailArn = props.trail?.trailArn ?? props.existingTrailArn;
      new Heartbeat(this, 'Heartbeat', { parts, queues, invocationRules: ruleCount, trailArn, bundleFolder });
    }
    // After all parts, because it watches what is there.
    this.watchTopic = this.#watch(props, allowlist);
    props.trail?.node.addDependency(this);
  }

  #watch(props: InvocationGuardProps, { alerts }: Allowlist): ITopic {
    const { encryptionKey, trail, existingTrailArn } = props;
    const { characters } = readLimits(props);
    if (props.elsewhere !== 'forwarded') this.#checkHomeRegion(existingTrailArn);
    const { topic } = new GuardWatch(this, 'Watch', {
      guard: this,
      alertTopic: this.alertTopic,
      emails: alerts.emails,
      encryptionKey,
      trail:
        trail !== undefined
          ? { kind: 'elsewhere' }
          : existingTrailArn === undefined
            ? { kind: 'any' }
            : { kind: 'existing', arn: existingTrailArn },
      otherStacks: trail === undefined ? [] : [Stack.of(trail).stackName],
      characters,
    });
    if (trail !== undefined) {
      const trailKey = trail.bucket.encryptionKey;
      const sameKey = trailKey?.keyArn === encryptionKey?.keyArn;
      // A stack of the trail's own holds what belongs to it, such as its key.
      watchParts(Stack.of(trail) === Stack.of(this) ? trail : Stack.of(trail), this, {
        name: 'trail',
        encryptionKey: sameKey ? undefined : trailKey,
        characters,
      });
    }
    return topic;
  }

  /** Changes of a trail are recorded in its home Region only. */
  #checkHomeRegion(trailArn: string | undefined): void {
    const home = parseArn(trailArn ?? '')?.region;
    const { region } = Stack.of(this);
    if (home === undefined || Token.isUnresolved(region) || home === region) return;
    Annotations.of(this).addWarningV2(
      'invokeguard:trailElsewhere',
      `the trail \`${trailArn}\` is at home in ${home}, where changes of it are recorded: who stops it is told in ${home} ` +
        'only, unless its events are forwarded (`-c forward=on`). See docs/deploying.md, "Tampering"',
    );
  }

  #annotate(allowlist: Allowlist, warnings: readonly string[]): void {
    const annotations = Annotations.of(this);
    for (const [index, warning] of warnings.entries()) {
      annotations.addWarningV2(`invokeguard:allowlist${index + 1}`, warning);
    }
    for (const { pointer, selector } of listForeignEntries(allowlist, Stack.of(this))) {
      annotations.addWarningV2(
        `invokeguard:foreign${pointer}`,
        `\`${selector.kind === 'arn' ? selector.arn : pointer}\` is in another account or Region: this deployment does not guard it`,
      );
    }
  }
}

function readLimits({ patternCharacters, patternRules }: InvocationGuardProps): PatternLimits {
  const names = { characters: 'patternCharacters', rules: 'patternRules' };
  const reading = readPatternLimits({ characters: patternCharacters, rules: patternRules }, names);
  if (reading.kind === 'limits') return reading.limits;
  throw new Error(`the properties of the guard are not valid: ${reading.faults.join('; ')}`);
}

import {
  type App,
  CliCredentialsStackSynthesizer,
  type Environment,
  type IStackSynthesizer,
  type StackProps,
  Token,
} from 'aws-cdk-lib';
import { parseArn } from '../core/arn.ts';
import { type AppSettings, InvalidSettingsError, readSettings } from './app-settings.ts';
import { AthenaStack } from './athena-stack.ts';
import { type ForwardedSource, ForwardStack } from './forward-stack.ts';
import { GuardStack } from './guard-stack.ts';
import { findIamRegion } from './iam-region.ts';
import { SweepStack, type SweptLogs } from './sweep-stack.ts';
import { TrailStack } from './trail-stack.ts';

/** What the surroundings of the app decide, rather than its context. */
export interface GuardAppProps {
  /** Account and Region to deploy to; without them the templates fit any. */
  readonly env: Environment;
  /** Folder of the built functions, `remediate/` and so on. @default - the one in this package */
  readonly bundleFolder?: string;
}

/**
 * Composes the ready-made app: the stacks `InvokeguardTrail` (unless a trail exists), `Invokeguard`, `InvokeguardSweep`
 * where it is known which bucket the trail delivers to, and `InvokeguardAthena` and `InvokeguardForward-…` where they are
 * asked for.
 *
 * The guard does not need the trail's stack, so that it can be deployed alone; the trail is deployed after it, and the
 * sweep after both.
 * Throws `InvalidSettingsError` or `InvalidAllowlistError` before anything is synthesized.
 */
export function composeApp(app: App, { env, bundleFolder }: GuardAppProps): void {
  const settings = readSettings(app.node);
  const stackProps = (description: string): StackProps => ({
    env,
    description,
    ...(settings.synthesizer === 'cli'
      ? { synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer }
      : {}),
  });
  const trailStack =
    settings.trail.kind === 'create'
      ? new TrailStack(app, 'InvokeguardTrail', settings, stackProps('Invokeguard: the log of calls'))
      : undefined;
  const guardStack = new GuardStack(app, 'Invokeguard', {
    ...stackProps('Invokeguard: only listed callers may invoke Lambda functions'),
    settings,
    trail: trailStack?.trail,
    bundleFolder,
  });
  const logs: SweptLogs | undefined =
    trailStack !== undefined
      ? { kind: 'own', stack: trailStack }
      : settings.logBucket.kind === 'existing'
        ? settings.logBucket
        : undefined;
  if (logs !== undefined) {
    new SweepStack(app, 'InvokeguardSweep', {
      ...stackProps('Invokeguard: the log files, searched for what EventBridge did not deliver'),
      settings,
      guard: guardStack.guard,
      logs,
      bundleFolder,
    });
  }
  if (settings.forward === 'on') {
    const guardRegion = readRegion(env);
    for (const [region, sources] of listForwarded(settings, guardRegion)) {
      new ForwardStack(app, `InvokeguardForward-${region}-to-${guardRegion}`, {
        ...stackProps('Invokeguard: what is recorded in this Region only'),
        env: { ...env, region },
        sources,
        guardRegion,
      });
    }
  }
  if (settings.athena.kind === 'create') {
    new AthenaStack(app, 'InvokeguardAthena', {
      ...stackProps('Invokeguard: questions about the calls, for Athena'),
      settings,
      athena: settings.athena,
      logs: trailStack?.trail.bucket,
    });
  }
}

/** Throws where the guard's Region is not known: nothing can be sent there. */
function readRegion({ region }: Environment): string {
  if (region !== undefined && !Token.isUnresolved(region)) return region;
  throw new InvalidSettingsError([
    '`forward` is `on`, which needs the Region of the guard: set `AWS_REGION`, or a profile with a Region',
  ]);
}

/** What other Regions hear of and the guard's does not, by Region. */
function listForwarded(
  { trail }: AppSettings,
  guardRegion: string,
): ReadonlyMap<string, readonly ForwardedSource[]> {
  const home = trail.kind === 'existing' ? parseArn(trail.trailArn)?.region : undefined;
  const heard: readonly (readonly [ForwardedSource, string | null | undefined])[] = [
    ['aws.iam', findIamRegion(guardRegion)],
    ['aws.cloudtrail', home],
  ];
  const forwarded = new Map<string, readonly ForwardedSource[]>();
  for (const [source, region] of heard) {
    if (region === undefined || region === null || region === guardRegion) continue;
    forwarded.set(region, [...(forwarded.get(region) ?? []), source]);
  }
  return forwarded;
}

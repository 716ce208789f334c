import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import {
  findLogicalId,
  ONE_FUNCTION,
  removeFolders,
  synthApp,
  synthGuard,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly InsufficientDataActions?: readonly unknown[];
  readonly TreatMissingData: string;
}

function findAlarm(template: Template, id: string): unknown {
  const type = 'AWS::CloudWatch::Alarm';
  return template.findResources(type)[findLogicalId(template, type, id)]?.['Properties'];
}

describe('the alarms', () => {
  it.each([
    ['dead letters', 'GuardDeadLettersAlarm', 'ApproximateNumberOfMessagesVisible', 'GuardDeadLetters', 1],
    ['failing runs', 'GuardErrorsAlarm', 'Errors', 'GuardRemediator', 1],
    ['failing convergence', 'GuardConvergerErrorsAlarm', 'Errors', 'GuardConverger', 1],
    ['a backlog of 15 minutes', 'GuardBacklogAlarm', 'ApproximateAgeOfOldestMessage', 'GuardQueue', 900],
    [
      'convergence that waits an hour',
      'GuardConvergenceBacklogAlarm',
      'ApproximateAgeOfOldestMessage',
      'GuardConvergenceQueue',
      3_600,
    ],
    ['rejected records', 'GuardRejectedAlarm', 'RecordRejected', 'invokeguard', 1],
    ['refused containment', 'GuardRefusedAlarm', 'ContainmentRefused', 'invokeguard', 1],
    ['delayed containment', 'GuardDelayedAlarm', 'ContainmentDelayed', 'invokeguard', 1],
    ['ineffective containment', 'GuardIneffectiveAlarm', 'ContainmentIneffective', 'invokeguard', 1],
    ['findings of the sweep alone', 'GuardSweepOnlyAlarm', 'SweepOnly', 'invokeguard', 1],
    ['a trail that does not log', 'GuardTrailSilentAlarm', 'TrailSilent', 'invokeguard', 1],
    ['broken rules', 'GuardRulesBrokenAlarm', 'RulesBroken', 'invokeguard', 1],
    ['late verdicts', 'GuardVerdictLatencyAlarm', 'VerdictLatency', 'invokeguard', 900_000],
  ])('tell of %s', (_what, id, MetricName, watched, Threshold) => {
    const alarm = findAlarm(synthGuard(), id) as { readonly Dimensions: unknown };
    expect(alarm).toMatchObject({
      MetricName,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [expect.anything()],
    });
    // The queue's or function's own metric, not the other one's.
    expect(JSON.stringify(alarm.Dimensions)).toMatch(new RegExp(`"${watched}([0-9A-F]{8})?"`));
  });
});

/** Places in a text of GitHub's Markdown that a link can name. */
function listPlaces(markdown: string): readonly string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const named = [...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id ?? '');
  return [...headings, ...named];
}

const RUNBOOK = listPlaces(readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8'));

describe('the runbook', () => {
  const app = synthApp({ config: writeAllowlist(JSON.stringify(ONE_FUNCTION)), athena: 'true' });
  const alarms = [...app.values()].flatMap((template) =>
    Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(
      ([id, { Properties }]) => [id, Properties as AlarmProperties] as const,
    ),
  );

  it('knows of more alarms than those of the guard alone', () => {
    expect(alarms.length).toBeGreaterThan(
      Object.keys(synthGuard().findResources('AWS::CloudWatch::Alarm')).length,
    );
  });

  it.each(alarms)('has a section for %s', (_id, { AlarmDescription, ...actions }) => {
    const [, place] = /docs\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? [];
    expect(RUNBOOK).toContain(place);
    expect([...(actions.AlarmActions ?? []), ...(actions.InsufficientDataActions ?? [])]).toHaveLength(1);
  });

  it('has a section for every service of which the watch tells, and for calls that were refused', () => {
    const patterns = JSON.stringify(
      [...app.values()].flatMap((template) =>
        Object.values(template.findResources('AWS::Events::Rule')).map(
          ({ Properties }) => Properties['EventPattern'],
        ),
      ),
    );
    const services = [...patterns.matchAll(/"eventSource":\["([a-z0-9.]+)"\]/g)].map(
      ([, service]) => service ?? '',
    );
    expect(new Set(services).size).toBeGreaterThan(9);
    for (const service of new Set(services)) expect(RUNBOOK).toContain(`watch-${service}`);
    expect(RUNBOOK).toContain('watch-refused');
  });
});

import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { JsonObject } from '../../core/json.ts';
import { EVENTBRIDGE_LIMITS } from '../../core/pattern/compiled-patterns.ts';
import { InvocationGuard, type InvocationGuardProps } from '../../infra/invocation-guard.ts';
import { describeWithRuler, type EventRuler } from '../event-ruler/event-ruler.ts';
import {
  ACCOUNT,
  findLogicalId,
  IRELAND,
  listStatements,
  makeBundles,
  makeFolder,
  makeStack,
  ONE_FUNCTION,
  removeFolders,
  synthApp,
  synthGuard,
  writeAllowlist,
} from './stacks.ts';

afterAll(removeFolders);

interface RuleProperties {
  readonly Name?: string;
  readonly EventPattern: Readonly<Record<string, unknown>>;
  readonly Targets: readonly Readonly<Record<string, unknown>>[];
}

function listWatchRules(template: Template): readonly RuleProperties[] {
  return Object.values(template.findResources('AWS::Events::Rule'))
    .map((rule) => rule['Properties'] as RuleProperties)
    .filter(({ Name }) => Name?.startsWith('invokeguard-watch-') === true);
}

/** Kinds of parts; alarms are told by the beginning of their names. */
const WATCHED_KINDS = [
  'AWS::CloudTrail::Trail',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
];

const config = (): string => writeAllowlist(JSON.stringify(ONE_FUNCTION));

describe('the watch over the guard and its trail', () => {
  it('names every part of each stack that it can name', () => {
    const app = synthApp({ config: config(), encryptionKey: 'create', cloudWatchLogs: 'logGroup' });
    for (const name of ['Invokeguard', 'InvokeguardTrail', 'InvokeguardSweep']) {
      const template = app.get(name) ?? Template.fromJSON({});
      const patterns = JSON.stringify(listWatchRules(template).map(({ EventPattern }) => EventPattern));
      for (const kind of WATCHED_KINDS) {
        for (const [id, { Properties }] of Object.entries(template.findResources(kind))) {
          const own = (Properties as { TrailName?: string } | undefined)?.TrailName ?? id;
          expect([name, id, patterns.includes(`"${own}"`)]).toEqual([name, id, true]);
        }
      }
      for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Events::Rule'))) {
        const fixed = String(Properties['Name'] ?? '').startsWith('invokeguard-');
        expect([id, fixed || patterns.includes(`"${id}"`)]).toEqual([id, true]);
      }
      for (const id of Object.keys(template.findResources('AWS::CloudWatch::Alarm'))) {
        const stems = [...patterns.matchAll(/"alarmName":\[\{"prefix":"([^"]+)"/g)].map(
          ([, stem]) => stem ?? '',
        );
        expect([id, stems.some((stem) => `${name}-${id}`.startsWith(stem))]).toEqual([id, true]);
      }
    }
  });

  it.each([
    ['in a known account and Region', IRELAND, 'Invokeguard'],
    ['in any account and Region', {}, 'Invokeguard'],
    ['in a stack with the longest name', {}, 'I'.repeat(128)],
  ])('fits into few patterns of the length that EventBridge takes, %s', (_where, env, stackName) => {
    const stack = new Stack(new App({ outdir: makeFolder() }), 'Test', { env, stackName });
    const template = synthGuard({}, stack);
    const rules = listWatchRules(template);
    const lengths = rules.map(
      ({ EventPattern }) => JSON.stringify(writeOut(EventPattern, template, stackName)).length,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(EVENTBRIDGE_LIMITS.characters);
    expect(rules.length).toBeLessThanOrEqual(stackName.length > 100 ? 17 : 13);
  });

  it('has nothing between its rules and their topics, and names of its own for all rules', () => {
    const app = synthApp({ config: config() });
    const rules = [...app.values()].flatMap(listWatchRules);
    const names = rules.map(({ Name }) => Name);
    expect(names).toEqual([...new Set(names)]);
    for (const { Targets } of rules) {
      expect(Targets).toHaveLength(1);
      expect(new Set(Object.keys(Targets[0] ?? {}))).toEqual(new Set(['Arn', 'Id', 'InputTransformer']));
    }
    expect(rules.filter(({ Targets }) => JSON.stringify(Targets).includes('sqs'))).toEqual([]);
  });

  it('tells what is done to itself through the other topic', () => {
    const template = synthGuard();
    const watchTopic = findLogicalId(template, 'AWS::SNS::Topic', 'GuardWatchTopic');
    const alertTopic = findLogicalId(template, 'AWS::SNS::Topic', 'GuardAlerts');
    for (const { Name, Targets, EventPattern } of listWatchRules(template)) {
      const second = Name?.includes('-second-') === true;
      expect(Targets[0]?.['Arn']).toEqual({ Ref: second ? alertTopic : watchTopic });
      if (!second) continue;
      const pattern = JSON.stringify(EventPattern);
      expect(pattern).toContain('{"prefix":"invokeguard-watch-"}');
      expect(pattern).toContain(':invokeguard-watch"');
    }
  });

  it.each([[undefined], ['create']])(
    'its topic takes messages of EventBridge over TLS only, with no key (%s)',
    (key) => {
      const template = synthApp({
        config: config(),
        ...(key === undefined ? {} : { encryptionKey: key }),
      }).get('Invokeguard');
      if (template === undefined) throw new Error('no stack of the guard');
      const topic = findLogicalId(template, 'AWS::SNS::Topic', 'GuardWatchTopic');
      template.hasResourceProperties('AWS::SNS::Topic', {
        TopicName: 'invokeguard-watch',
        KmsMasterKeyId: Match.absent(),
      });
      const statements = listStatements(template, 'AWS::SNS::TopicPolicy').filter(({ Resource }) =>
        JSON.stringify(Resource).includes(topic),
      );
      expect(statements.map(({ Effect, Principal }) => [Effect, Principal])).toEqual([
        ['Deny', '*'],
        ['Allow', { Service: 'events.amazonaws.com' }],
      ]);
      template.hasResourceProperties('AWS::SNS::Subscription', {
        TopicArn: { Ref: topic },
        Protocol: 'email',
        Endpoint: 'security@example.com',
      });
    },
  );

  it('an imported topic for alerts is watched too', () => {
    const stack = makeStack();
    const pager = `arn:aws:sns:eu-west-1:${ACCOUNT}:pager`;
    const rules = listWatchRules(
      synthGuard({ alertTopic: Topic.fromTopicArn(stack, 'Pager', pager) }, stack),
    );
    expect(JSON.stringify(rules)).toContain(`"topicArn":["${pager}"`);
  });
});

describe('the trail', () => {
  const existingTrailArn = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/audit`;

  function synthWith(props: Partial<InvocationGuardProps>): { pattern: string; stack: Stack } {
    const stack = makeStack();
    new InvocationGuard(stack, 'Guard', { allowlist: ONE_FUNCTION, bundleFolder: makeBundles(), ...props });
    const rules = listWatchRules(Template.fromStack(stack));
    return { pattern: JSON.stringify(rules.map(({ EventPattern }) => EventPattern)), stack };
  }

  it('that exists is watched by name and ARN', () => {
    const { pattern, stack } = synthWith({ existingTrailArn });
    expect(pattern).toContain(`{"trailName":["audit","${existingTrailArn}"]}`);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('at home'));
  });

  it('that exists in another Region is warned of: its changes are recorded there', () => {
    const { stack } = synthWith({ existingTrailArn: existingTrailArn.replace('eu-west-1', 'us-east-1') });
    const warnings = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('at home in us-east-1'),
    );
    expect(warnings).toHaveLength(1);
  });

  it('is any where nobody says which', () => {
    const { pattern } = synthWith({});
    expect(pattern).toMatch(/"cloudtrail.amazonaws.com"\],"eventName":\[[^\]]*\]\}/);
  });
});

describeWithRuler("EventBridge's own matcher", (start) => {
  let ruler: EventRuler;
  beforeAll(() => {
    ruler = start();
  });
  afterAll(() => ruler.stop());

  it('takes the patterns of all stacks, with a key and without', async () => {
    const apps = [{}, { encryptionKey: 'create', cloudWatchLogs: 'logGroup' }, { trail: 'none' }];
    const patterns = apps.flatMap((context) =>
      [...synthApp({ config: config(), ...context })].flatMap(([name, template]) =>
        listWatchRules(template).map(
          ({ EventPattern }) => writeOut(EventPattern, template, name) as JsonObject,
        ),
      ),
    );
    const answer = await ruler.judge(patterns, []);
    expect(answer.refused).toEqual([]);
    expect(answer.repeated).toEqual([]);
    expect(Math.max(...answer.complexity)).toBeLessThan(100);
  });
});

/** Writes a value with names in place of references, as long as CloudFormation makes them in a stack of this name. */
function writeOut(value: unknown, template: Template, stackName: string): unknown {
  const write = (part: unknown): unknown => writeOut(part, template, stackName);
  if (Array.isArray(value)) return value.map(write);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !/^(Ref|Fn::)/.test(key)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, write(part)]));
  }
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(write).join('');
  const [id = '', attribute = ''] = Array.isArray(inner) ? inner.map(String) : [String(inner)];
  if (id.startsWith('AWS::')) return 'x'.repeat(id === 'AWS::Partition' ? 6 : 14);
  const { Type } = (template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources[id] ?? {};
  const longest = LENGTHS[Type ?? ''] ?? 255;
  const stem = attribute === 'Arn' || Type === 'AWS::SNS::Topic' ? ARN_STEM : '';
  return stem + 'x'.repeat(Math.min(longest, stackName.length + id.length + NAME_ENDING));
}

/** Two dashes and thirteen characters. */
const NAME_ENDING = 15;
const ARN_STEM = `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/`;
/** The longest names that AWS takes. */
const LENGTHS: Readonly<Record<string, number>> = {
  'AWS::Events::Rule': 64,
  'AWS::Lambda::EventSourceMapping': 36,
  'AWS::SQS::Queue': 80,
};

import type { Template } from 'aws-cdk-lib/assertions';
import { ONE_FUNCTION, removeFolders, synthApp, writeAllowlist } from './stacks.ts';

afterAll(removeFolders);

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly unknown[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The widgets of the only dashboard; what is known after the deployment only stands there as a name. */
function readWidgets(template: Template): readonly Widget[] {
  const [body] = Object.values(template.findResources('AWS::CloudWatch::Dashboard')).map(
    ({ Properties }) => Properties['DashboardBody'] as { 'Fn::Join': [string, unknown[]] },
  );
  const text = (body?.['Fn::Join'][1] ?? []).map((part) => (typeof part === 'string' ? part : 'KNOWN LATER'));
  return (JSON.parse(text.join('')) as { widgets: readonly Widget[] }).widgets;
}

describe('the dashboard', () => {
  const templates = synthApp({ config: writeAllowlist(JSON.stringify(ONE_FUNCTION)) });
  const template = templates.get('Invokeguard');
  if (template === undefined) throw new Error('no stack of the guard');
  const widgets = readWidgets(template);
  const names = widgets.flatMap(({ properties }) => properties.metrics ?? []).map(([, name]) => String(name));

  it('stands in the stack of the guard, one for each Region', () => {
    template.hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'invokeguard-eu-west-1' });
    expect(Object.keys(template.findResources('AWS::CloudWatch::Dashboard'))).toHaveLength(1);
  });

  it('shows every metric of the guard that an alarm looks at, and the state of every alarm', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(widgets.find(({ type }) => type === 'alarm')?.properties.alarms).toHaveLength(alarms.length);
    const looked = alarms.map(({ Properties }) => Properties as { Namespace: string; MetricName: string });
    const own = looked
      .filter(({ Namespace }) => Namespace === 'Invokeguard')
      .map(({ MetricName }) => MetricName);
    expect(own.filter((name) => !names.includes(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(8);
  });

  it.each(['VerdictLatency', 'ContainmentLatency'])(
    'shows how long %s is for half, nine and all but one of a hundred',
    (name) => {
      const shown = widgets
        .flatMap(({ properties }) => properties.metrics ?? [])
        .filter(([, metric]) => metric === name);
      expect(shown.map((metric) => (metric.at(-1) as { stat: string }).stat)).toEqual(['p50', 'p90', 'p99']);
    },
  );
});

import { App } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { LOG_COLUMNS } from '../../core/athena/log-table.ts';
import { QUERIES } from '../../core/athena/query-catalogue.ts';
import { readSettings } from '../../infra/app-settings.ts';
import { ACCOUNT, findLogicalId, removeFolders, synthApp, writeAllowlist } from './stacks.ts';

afterAll(removeFolders);

const LIST = `version: 1
functions:
  - name: thumbnailer
    invokers:
      - service: s3.amazonaws.com
`;

function synth(context: Readonly<Record<string, string>> = {}): Map<string, Template> {
  return synthApp({ config: writeAllowlist(LIST), ...context });
}

function synthAthena(context: Readonly<Record<string, string>> = {}): Template {
  const stack = synth({ athena: 'true', ...context }).get('InvokeguardAthena');
  if (stack === undefined) throw new Error('no stack for Athena');
  return stack;
}

describe('the stack for Athena', () => {
  it('is not there unless it is asked for', () => {
    expect([...synth().keys()]).toEqual(['InvokeguardTrail', 'Invokeguard', 'InvokeguardSweep']);
  });

  it('makes a table over the bucket of the trail, whose partitions follow from the layout of CloudTrail', () => {
    const template = synthAthena({ athenaAccounts: '111122223333,444455556666', athenaRegions: 'eu-west-1' });
    template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'invokeguard' } });
    template.hasResourceProperties('AWS::Glue::Table', {
      DatabaseName: 'invokeguard',
      TableInput: {
        Name: 'cloudtrail',
        PartitionKeys: ['account', 'region', 'day'].map((Name) => ({ Name, Type: 'string' })),
        Parameters: {
          'projection.enabled': 'true',
          'projection.account.values': '111122223333,444455556666',
          'projection.region.values': 'eu-west-1',
          'projection.day.format': 'yyyy/MM/dd',
          'projection.day.range': '2026-01-01'.replaceAll('-', '/') + ',NOW+1DAYS',
          'storage.location.template': {
            'Fn::Join': [
              '',
              ['s3://', Match.objectLike({}), '/AWSLogs/${account}/CloudTrail/${region}/${day}/'],
            ],
          },
        },
        StorageDescriptor: {
          Columns: LOG_COLUMNS.map((Name) => ({ Name, Type: 'string' })),
          InputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
        },
      },
    });
  });

  it('has a workgroup whose settings nobody can leave out, with a limit of what a query scans', () => {
    const template = synthAthena({ athenaScanLimitGb: '250' });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'invokeguard',
      RecursiveDeleteOption: true,
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 250_000_000_000,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
          ExpectedBucketOwner: ACCOUNT,
          OutputLocation: {
            'Fn::Join': ['', ['s3://', { Ref: findLogicalId(template, 'AWS::S3::Bucket', 'Results') }, '/']],
          },
        },
      },
    });
  });

  it('keeps results private, encrypted and for 30 days', () => {
    const template = synthAthena();
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled' })] },
      },
    });
  });

  it('encrypts results with the key that the app was given', () => {
    const key = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/0a1b`;
    const template = synthAthena({ encryptionKey: key });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: key } },
      },
    });
  });

  it('saves each question, compiled from the allowlist that is deployed', () => {
    const template = synthAthena();
    const saved = Object.values(template.findResources('AWS::Athena::NamedQuery')).map(
      ({ Properties }) => Properties as { readonly Name: string; readonly QueryString: string },
    );
    expect(saved.map(({ Name }) => Name).sort()).toEqual(
      QUERIES.map(({ name }) => `invokeguard ${name}`).sort(),
    );
    expect(saved.find(({ Name }) => Name === 'invokeguard violations')?.QueryString).toContain(
      '"v":"thumbnailer"',
    );
    expect(saved.every(({ QueryString }) => QueryString.includes("INTERVAL '7' DAY"))).toBe(true);
  });

  it('is over the bucket that is named, where the trail is not made by the app', () => {
    const template = synthAthena({
      trail: 'none',
      athenaBucket: 'central-logs',
      athenaPrefix: 'AWSLogs/o-example/',
    });
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Parameters: {
          'storage.location.template':
            's3://central-logs/AWSLogs/o-example/${account}/CloudTrail/${region}/${day}/',
        },
        StorageDescriptor: { Location: 's3://central-logs/AWSLogs/o-example/' },
      },
    });
  });

  it.each([
    [{ athena: 'yes' }, '`athena` is `yes`, expected `true` or `false`'],
    [{ athena: 'true', trail: 'none' }, 'name the bucket with its logs, as `athenaBucket`'],
    [{ athena: 'true', athenaBucket: 'other' }, 'leave it out'],
    [{ athenaAccounts: '1234' }, '`athenaAccounts` is `1234`, expected accounts of 12 digits'],
    [{ athenaRegions: 'Ireland' }, '`athenaRegions` is `Ireland`'],
    [{ athenaSince: '2026-13-01' }, '`athenaSince` is `2026-13-01`, expected a day'],
    [{ athenaScanLimitGb: '0' }, '`athenaScanLimitGb` is `0`, expected a whole number of gigabytes'],
    [{ athenaPrefix: '/AWSLogs' }, '`athenaPrefix` is `/AWSLogs`'],
  ])('refuses %j before anything is synthesized', (context, message) => {
    expect(() => readSettings(new App({ context }).node)).toThrow(message);
  });
});

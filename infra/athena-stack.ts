import { Annotations, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { DEFAULT_TABLE, DEFAULT_WORKGROUP } from '../core/athena/log-table.ts';
import { QUERIES } from '../core/athena/query-catalogue.ts';
import { AllowlistTooLongError } from '../core/athena/verdict-query.ts';
import { loadAllowlist } from './allowlist-source.ts';
import type { AppSettings } from './app-settings.ts';
import type { AthenaSetting } from './athena-settings.ts';
import { createLogTable } from './athena-table.ts';
import { findKey } from './encryption-key.ts';
import { closeBucket } from './trail-bucket.ts';

/** What the stack for Athena is made of. */
export interface AthenaStackProps extends StackProps {
  readonly settings: AppSettings;
  readonly athena: Extract<AthenaSetting, { kind: 'create' }>;
  /** The bucket of the trail of the same app, if it makes one. */
  readonly logs: Bucket | undefined;
}

const RESULT_DAYS = 30;
/** The time that the saved queries look at, until somebody changes it in Athena's editor. */
const SAVED_DAYS = 7;
/** A template may have a million bytes; the saved queries get most of them, and are left out where they need more. */
const SAVED_BYTES = 700_000;

/**
 * The stack `InvokeguardAthena` of the ready-made app, made only where it is asked for: the table over the trail's logs,
 * a workgroup with a limit for each query, a bucket for results that empties itself, and the questions as saved queries.
 * All of it stands in one stack, so that CloudFormation makes all or nothing.
 */
export class AthenaStack extends Stack {
  constructor(scope: Construct, id: string, { settings, athena, logs, ...props }: AthenaStackProps) {
    super(scope, id, { suppressTemplateIndentation: true, ...props });
    const encryptionKey = findKey(this, settings.encryptionKey);
    const table = createLogTable(
      this,
      DEFAULT_TABLE,
      {
        bucket: logs?.bucketName ?? athena.bucket ?? '',
        prefix: athena.prefix,
        accounts: athena.accounts.length > 0 ? athena.accounts : [this.account],
        regions: athena.regions,
        since: athena.since,
      },
      this.account,
    );
    const results = this.#createResultBucket(encryptionKey);
    const workgroup = this.#createWorkgroup(results, encryptionKey, athena.scanLimitGb);
    this.#saveQueries(settings.config, workgroup, table);
    new CfnOutput(this, 'WorkGroupName', { value: workgroup.name });
    new CfnOutput(this, 'TableName', { value: `${DEFAULT_TABLE.database}.${DEFAULT_TABLE.table}` });
    new CfnOutput(this, 'ResultBucket', { value: results.bucketName });
  }

  #createResultBucket(encryptionKey: IKey | undefined): Bucket {
    return new Bucket(this, 'Results', {
      ...closeBucket(encryptionKey),
      lifecycleRules: [
        {
          id: 'expire-results',
          expiration: Duration.days(RESULT_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      // A bucket with results cannot be deleted; one that a failed deployment just made can.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  #createWorkgroup(results: Bucket, encryptionKey: IKey | undefined, scanLimitGb: number): CfnWorkGroup {
    return new CfnWorkGroup(this, 'WorkGroup', {
      name: DEFAULT_WORKGROUP,
      description: 'Invokeguard: questions about the calls of Lambda functions',
      state: 'ENABLED',
      // Saved queries and the history go with the stack.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: scanLimitGb * 1e9,
        publishCloudWatchMetricsEnabled: true,
        requesterPaysEnabled: false,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          expectedBucketOwner: this.account,
          encryptionConfiguration:
            encryptionKey === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
        },
      },
    });
  }

  #saveQueries(config: string, workgroup: CfnWorkGroup, table: CfnTable): void {
    const queries = this.#composeQueries(config);
    if (queries.reduce((sum, { sql }) => sum + sql.length, 0) > SAVED_BYTES) {
      this.#warn(
        'the allowlist is too long for saved queries; `invokeguard athena` compiles them all the same',
      );
      return this.#save(
        queries.filter(({ judges }) => judges === 'nothing'),
        workgroup,
        table,
      );
    }
    this.#save(queries, workgroup, table);
  }

  #composeQueries(config: string): readonly SavedQuery[] {
    const { allowlist } = loadAllowlist(config);
    const time = { kind: 'lastDays', days: SAVED_DAYS } as const;
    return QUERIES.flatMap(({ name, summary, scans, judges, compose }): readonly SavedQuery[] => {
      try {
        const all = compose({ table: DEFAULT_TABLE, time, allowlist, mappings: new Map() });
        return all.map((sql, part) => ({
          name: all.length === 1 ? name : `${name} ${part + 1} of ${all.length}`,
          description: `${summary}; scans ${scans}`,
          judges,
          sql,
        }));
      } catch (error) {
        if (!(error instanceof AllowlistTooLongError)) throw error;
        this.#warn(`there is no saved query \`${name}\`: ${error.message}`);
        return [];
      }
    });
  }

  #save(queries: readonly SavedQuery[], workgroup: CfnWorkGroup, table: CfnTable): void {
    for (const { name, description, sql } of queries) {
      const saved = new CfnNamedQuery(this, `Query ${name}`, {
        name: `invokeguard ${name}`,
        description,
        database: DEFAULT_TABLE.database,
        workGroup: workgroup.name,
        queryString: sql,
      });
      saved.addResourceDependency(workgroup);
      saved.addResourceDependency(table);
    }
  }

  #warn(text: string): void {
    Annotations.of(this).addWarningV2('invokeguard:athenaQueries', text);
  }
}

interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly judges: 'allowlist' | 'nothing';
  readonly sql: string;
}

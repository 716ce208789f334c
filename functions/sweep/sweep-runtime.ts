import { buildS3Client, S3LogObjects } from '../../aws/s3-log-objects.ts';
import type { SweepPorts } from '../../containment/sweep.ts';
import type { GuardRuntime } from '../guard-runtime.ts';
import { buildRecordRuntime } from '../record-runtime.ts';
import { AskedMappings } from './asked-mappings.ts';
import { readLogBucket } from './log-bucket.ts';
import { BucketLogObjects } from './log-objects.ts';

/** What the sweeper works with. */
export type SweepRuntime = Pick<GuardRuntime, 'allowlist' | 'guard' | 'telemetry'> & {
  readonly ports: SweepPorts;
  /** The only bucket that is read. */
  readonly bucket: string;
};

/** `buildRecordRuntime`, with the log files of the bucket that the environment names. Throws where it names none. */
export function buildSweepRuntime(env: NodeJS.ProcessEnv, folder: string): SweepRuntime {
  const built = buildRecordRuntime(env, folder);
  const bucket = readLogBucket(env);
  const s3 = buildS3Client({ region: built.guard.region, endpoint: env['AWS_ENDPOINT_URL'] });
  const logs = new BucketLogObjects(new S3LogObjects(s3), bucket);
  const mappings = new AskedMappings(built.ports.mappings);
  return { ...built, bucket, ports: { ...built.ports, mappings, logs } };
}

import { readLogBucket } from '../../../functions/sweep/log-bucket.ts';

describe('the bucket of the logs', () => {
  it('is read from the environment', () => {
    expect(readLogBucket({ LOG_BUCKET: 'trail.logs-1' })).toBe('trail.logs-1');
  });

  it.each([[{}], [{ LOG_BUCKET: 'arn:aws:s3:::logs' }]])('has to be there: %j', (env) => {
    expect(() => readLogBucket(env)).toThrow('expected the name of an S3 bucket');
  });
});

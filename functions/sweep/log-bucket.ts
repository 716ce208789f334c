/** The names that S3 takes. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Reads from the environment which bucket CloudTrail delivers to. Throws where it is not said. */
export function readLogBucket(env: Readonly<Record<string, string | undefined>>): string {
  const name = env['LOG_BUCKET'] ?? '';
  if (BUCKET_NAME.test(name)) return name;
  throw new Error(
    `cannot start: \`LOG_BUCKET\` is \`${name}\`, expected the name of an S3 bucket. It is set by the stack InvokeguardSweep: deploy it again`,
  );
}

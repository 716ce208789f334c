/** The Region that a command works in, or what is wrong with it. */
export type RegionArgument =
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'usageError'; readonly message: string };

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/**
 * Reads `--region`, else the environment, as AWS's own tools do. Their configuration files are not read: a Region
 * that nobody named should not be worked on.
 */
export function readRegion(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): RegionArgument {
  const region = text ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  if (region === undefined) {
    return { kind: 'usageError', message: 'no Region: give `--region`, or set `AWS_REGION`' };
  }
  if (!REGION.test(region)) {
    return {
      kind: 'usageError',
      message: `\`${region}\` is not a Region, expected one such as \`eu-west-1\``,
    };
  }
  return { kind: 'region', region };
}

/** Holds `--region` against the Region of a function ARN, which is the one that counts. Answers what is wrong, if anything. */
export function contradictRegion(text: string | undefined, region: string): string | undefined {
  return text === undefined || text === region
    ? undefined
    : `\`--region ${text}\` is not the Region of the function, \`${region}\`: leave it out`;
}

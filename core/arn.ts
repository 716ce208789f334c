/** An ARN cut at its first five colons; `resource` keeps its own colons and slashes. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/**
 * Cuts an ARN into its six parts, or answers `undefined` for anything that is not one.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':');
  if (parts.length < 6 || parts[0] !== 'arn') return undefined;
  const [, partition = '', service = '', region = '', account = ''] = parts;
  const resource = parts.slice(5).join(':');
  if (partition === '' || service === '' || resource === '') return undefined;
  return { partition, service, region, account, resource };
}

/**
 * Decides whether `text` matches `pattern` where `*` stands for any run of characters and `?` for one.
 * Linear in practice and never worse than the product of both lengths: patterns come from policies that
 * other people wrote, so no regular expression is built from them.
 */
export function matchWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p;
      resume = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      resume += 1;
      t = resume;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** True where the text holds one of IAM's wildcard characters. */
export function hasWildcard(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/**
 * Decides whether an ARN matches a pattern as IAM's `ArnLike` does: each of the six parts on its own, so that
 * a `*` in the bucket name never reaches over into the account.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchArn(pattern: string, text: string): boolean {
  // Most patterns are plain ARNs, and every pattern matches itself.
  if (pattern === text) return true;
  if (!hasWildcard(pattern)) return false;
  const wanted = cutArn(pattern);
  const given = cutArn(text);
  if (wanted === undefined || given === undefined) return false;
  return wanted.every((part, index) => matchWildcard(part, given[index] ?? ''));
}

function cutArn(text: string): readonly string[] | undefined {
  const parts = text.split(':');
  if (parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

const ACCOUNT = /^\d{12}$/;

/** True for the id of an AWS account. */
export function isAccountId(text: string): boolean {
  return ACCOUNT.test(text);
}

/**
 * The partition that a Region lies in.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function findPartition(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

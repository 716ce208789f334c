/** Where IAM's events of a partition come to EventBridge, by how the names of its Regions begin. */
const IAM_REGIONS: readonly (readonly [stem: string, region: string | null])[] = [
  ['cn-', 'cn-north-1'],
  ['us-gov-', 'us-gov-west-1'],
  // Not known of these partitions: they may come to any Region.
  ['us-iso', null],
  ['eu-iso', null],
  ['eusc-', null],
  ['', 'us-east-1'],
];

/**
 * The one Region of a partition whose event bus gets IAM's events; null where nobody knows.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
export function findIamRegion(region: string): string | null {
  return IAM_REGIONS.find(([stem]) => region.startsWith(stem))?.[1] ?? null;
}

/**
 * How a listed service principal relates to the one in a record:
 * - `same`: the very same text;
 * - `kindred`: the same service under its other name, with or without a Region, or with the suffix of China;
 * - `other`: anything else, another Region included.
 *
 * Some services call under the name of one Region (`logs.eu-west-1.amazonaws.com`), and for one and the same call IAM
 * may test that name and the name without a Region. Nobody says which of the two CloudTrail writes, so that neither
 * name passes for the other, and neither is blamed for it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
 */
export type ServiceRelation = 'same' | 'kindred' | 'other';

const PRINCIPAL = /^([a-z0-9.-]+?)(?:\.([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/;

/** Compares a listed service principal with a recorded one. */
export function relateServices(listed: string, recorded: string): ServiceRelation {
  if (listed === recorded) return 'same';
  const end = listed.indexOf('.') + 1;
  if (!recorded.startsWith(listed.slice(0, end))) return 'other';
  const [, listedName, listedRegion] = PRINCIPAL.exec(listed) ?? [];
  const [, recordedName, recordedRegion] = PRINCIPAL.exec(recorded) ?? [];
  if (listedName === undefined || listedName !== recordedName) return 'other';
  const apart = listedRegion !== undefined && recordedRegion !== undefined && listedRegion !== recordedRegion;
  return apart ? 'other' : 'kindred';
}

/** The service principal without Region and without the suffix of China; the text itself where it is none. */
export function generalizeService(service: string): string {
  const name = PRINCIPAL.exec(service)?.[1];
  return name === undefined ? service : `${name}.amazonaws.com`;
}

/**
 * Services of which it is known that one call is tested under both names. Another service may do so too; for it only
 * the name that is listed counts.
 */
const TWO_NAMES: ReadonlySet<string> = new Set(['logs.amazonaws.com']);

/**
 * The other names under which IAM may test a call of a service in a Region: a policy that refused them would refuse
 * the listed service. Empty for services that are not known to have two.
 */
export function listKindredNames(service: string, region: string): readonly string[] {
  const general = generalizeService(service);
  if (!TWO_NAMES.has(general)) return [];
  const regional = general.replace('.amazonaws.com', `.${region}.amazonaws.com`);
  return [general, regional].filter((name) => relateServices(service, name) === 'kindred');
}

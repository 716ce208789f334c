import type { JsonObject } from '../json.ts';
import { ABSENT, branch, groupBy, refuse, refuseValues, type TypedBranch } from './branch-part.ts';
import type { CallerAtom, FieldValue } from './caller-atom.ts';

type ServiceAtom = Extract<CallerAtom, { kind: 'service' }>;

/** Services that call as themselves and that no atom describes, by themselves or for the source that they call for. */
export function composeServices(atoms: readonly ServiceAtom[]): readonly TypedBranch[] {
  if (atoms.length === 0) return [];
  const byService = groupBy(atoms, ({ service }) => service);
  const sources = byService.flatMap((own) => {
    const others = composeSources(own);
    return others === undefined ? [] : [{ service: own[0]?.service ?? '', others }];
  });
  const listed = byService.map((own) => own[0]?.service ?? '');
  return [
    branch('service', 'AWSService', { invokedBy: refuse(listed) }),
    ...groupBy(sources, ({ others }) => JSON.stringify(others)).map((alike) =>
      branch(
        'service',
        'AWSService',
        { invokedBy: alike.map(({ service }) => service) },
        alike[0]?.others ?? {},
      ),
    ),
  ];
}

/** The sources of one service that none of its atoms lists; `undefined` where an atom lists the service whole. */
function composeSources(atoms: readonly ServiceAtom[]): JsonObject | undefined {
  if (atoms.some(({ sourceArn, sourceAccount }) => sourceArn === undefined && sourceAccount === undefined))
    return undefined;
  const free = atoms.flatMap(({ sourceArn, sourceAccount }) =>
    sourceArn === undefined || sourceAccount !== undefined ? [] : [sourceArn],
  );
  const bound = atoms.filter(({ sourceAccount }) => sourceAccount !== undefined);
  if (bound.length === 0) return composeParameters({}, free);
  const byAccount = groupBy(bound, ({ sourceAccount }) => sourceAccount ?? '');
  const accounts = byAccount.map((own) => own[0]?.sourceAccount ?? '');
  const arnsOf = (own: readonly ServiceAtom[]): readonly FieldValue[] =>
    own.flatMap(({ sourceArn }) => (sourceArn === undefined ? [] : [sourceArn]));
  const narrowed = byAccount.filter((own) => own.every(({ sourceArn }) => sourceArn !== undefined));
  const alike = groupBy(narrowed, (own) => JSON.stringify(arnsOf(own)));
  return composeEither([
    composeParameters({ sourceAccount: [...refuse(accounts), ABSENT] }, free),
    ...alike.map((group) =>
      composeParameters(
        // Where all accounts have the same ARNs, a source with another ARN is wrong in any account.
        alike.length === 1 && narrowed.length === byAccount.length
          ? {}
          : { sourceAccount: group.map((own) => own[0]?.sourceAccount ?? '') },
        [...arnsOf(group[0] ?? []), ...free],
      ),
    ),
  ]);
}

function composeEither(alternatives: readonly JsonObject[]): JsonObject {
  const [first, ...others] = alternatives;
  return first !== undefined && others.length === 0 ? first : { $or: alternatives };
}

function composeParameters(account: JsonObject, arns: readonly FieldValue[]): JsonObject {
  const others = refuseValues(arns);
  return {
    requestParameters: others === undefined ? account : { ...account, sourceArn: [others, ABSENT] },
  };
}

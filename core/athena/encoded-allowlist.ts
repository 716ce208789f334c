import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Allowlist, InvokerEntry } from '../allowlist/allowlist.ts';
import type { ResolvedMappings } from '../allowlist/invoker-match.ts';
import { isMappingArn } from '../caller/caller.ts';
import { readRecordedName } from '../record/function-reference.ts';
import { composeArnRegex, composeLike } from './arn-regex.ts';
import { readServiceName } from './service-name.ts';

/** One entry as a query reads it; a field that is absent is NULL there. The names are short for the sake of the limit. */
export interface EncodedInvoker {
  /** Pointer; absent where it follows from the function's and the place in its list. */
  readonly p?: string;
  /** service, role, user, account, functionUrl, mapping (by its own ARN) or its source. */
  readonly k: 's' | 'r' | 'u' | 'a' | 'f' | 'm' | 'q';
  /** The service, ARN or account that is listed. */
  readonly v: string;
  /** Regular expression for `v`, where it has wildcards. */
  readonly x?: string;
  /** A service's name and Region, where it is one of AWS's forms. */
  readonly n?: string;
  readonly g?: string;
  /** `sourceArn`, its regular expression, and `sourceAccount`. */
  readonly sa?: string;
  readonly sx?: string;
  readonly sc?: string;
  /** Epoch milliseconds from which the entry no longer counts. */
  readonly e?: number;
  readonly ip?: readonly string[];
  readonly vp?: readonly string[];
  readonly ql?: readonly string[];
  readonly ib?: readonly string[];
}

/** The row type of `EncodedInvoker`. */
export const INVOKER_ROW =
  'row(p varchar, k varchar, v varchar, x varchar, n varchar, g varchar, sa varchar, sx varchar, sc varchar, e bigint, ip array(varchar), vp array(varchar), ql array(varchar), ib array(varchar))';

/** One function entry: `v` is an ARN or a name, `l` a LIKE pattern; `s` is the number of its list of invokers. */
export interface EncodedFunction {
  readonly p: string;
  readonly v?: string;
  readonly l?: string;
  readonly s: number;
}

/** The row type of `EncodedFunction`. */
export const FUNCTION_ROW = 'row(p varchar, v varchar, l varchar, s integer)';

/** An allowlist, or a part of it, as one JSON value. */
export interface EncodedAllowlist {
  /** ARNs and names; the first of those that are the same. */
  readonly exact: readonly EncodedFunction[];
  /** In the order in which they are asked: the longest first. */
  readonly globs: readonly EncodedFunction[];
  /** Lists of invokers; functions with equal lists share one. */
  readonly lists: readonly (readonly EncodedInvoker[])[];
  readonly breakglass: readonly EncodedInvoker[];
  /** Sources of event source mappings that are known: mapping ARN, source ARN. */
  readonly mappings: Readonly<Record<string, string>>;
}

/** The row type of `EncodedAllowlist`. */
export const ALLOWLIST_ROW = `row(exact array(${FUNCTION_ROW}), globs array(${FUNCTION_ROW}), lists array(array(${INVOKER_ROW})), breakglass array(${INVOKER_ROW}), mappings map(varchar, varchar))`;

/** Digits of the hash by which functions are dealt out to several queries. */
export const HASH_DIGITS = 6;

/** The number by which a function is dealt out: the same here and in SQL. */
export function hashName(name: string): number {
  const [a = 0, b = 0, c = 0] = sha256(utf8ToBytes(name));
  return a * 65_536 + b * 256 + c;
}

/** A function entry before it is dealt out. */
interface PreparedFunction {
  readonly pointer: string;
  readonly how: { readonly v: string } | { readonly l: string };
  readonly hash: number;
  readonly invokers: readonly EncodedInvoker[];
  /** The same text for equal lists of invokers. */
  readonly key: string;
}

/** An allowlist whose entries are written, but not yet dealt out to queries. */
export interface PreparedAllowlist {
  readonly exact: readonly PreparedFunction[];
  readonly globs: readonly PreparedFunction[];
  readonly breakglass: readonly EncodedInvoker[];
}

/** Writes the entries of an allowlist; of two that name the same function the first stays. */
export function prepareAllowlist({ functions, breakGlass }: Allowlist): PreparedAllowlist {
  const exact = new Map<string, PreparedFunction>();
  const globs: (PreparedFunction & { readonly length: number })[] = [];
  for (const { pointer, selector, invokers } of functions) {
    const encoded = invokers.map((invoker, index) => encodeInvoker(invoker, `${pointer}/invokers/${index}`));
    const common = { pointer, invokers: encoded, key: JSON.stringify(encoded) };
    if (selector.kind === 'glob') {
      const { glob } = selector;
      globs.push({ ...common, how: { l: composeLike(glob) }, hash: 0, length: glob.length });
      continue;
    }
    const text = selector.kind === 'arn' ? selector.arn : selector.name;
    if (exact.has(text)) continue;
    exact.set(text, { ...common, how: { v: text }, hash: hashName(readRecordedName(text)) });
  }
  return {
    exact: [...exact.values()],
    globs: globs.sort((left, right) => right.length - left.length),
    breakglass: breakGlass.map((entry) => encodeInvoker(entry, null)),
  };
}

/**
 * The part of an allowlist that judges the functions whose hash leaves `part` when it is divided by `parts`. Every part
 * has all globs, because any function may be one of theirs.
 */
export function encodePart(
  prepared: PreparedAllowlist,
  mappings: ResolvedMappings,
  part: number,
  parts: number,
): EncodedAllowlist {
  const numbers = new Map<string, number>();
  const lists: (readonly EncodedInvoker[])[] = [];
  const encode = ({ pointer, how, invokers, key }: PreparedFunction): EncodedFunction => {
    const number = numbers.get(key) ?? lists.push(invokers) - 1;
    numbers.set(key, number);
    return { p: pointer, ...how, s: number };
  };
  return {
    exact: prepared.exact.filter(({ hash }) => hash % parts === part).map(encode),
    globs: prepared.globs.map(encode),
    lists,
    breakglass: prepared.breakglass,
    mappings: Object.fromEntries(mappings),
  };
}

/** @param expected the pointer that follows from the entry's place, and so need not be written */
function encodeInvoker(entry: InvokerEntry, expected: string | null): EncodedInvoker {
  const { narrowing } = entry;
  return {
    ...(entry.pointer === expected ? {} : { p: entry.pointer }),
    ...encodeWho(entry),
    ...(entry.expires === undefined ? {} : { e: Date.parse(entry.expires) }),
    ...(narrowing?.sourceIp === undefined ? {} : { ip: narrowing.sourceIp }),
    ...(narrowing?.vpcEndpoint === undefined ? {} : { vp: narrowing.vpcEndpoint }),
    ...(narrowing?.qualifier === undefined ? {} : { ql: narrowing.qualifier }),
    ...(narrowing?.invokedBy === undefined ? {} : { ib: narrowing.invokedBy }),
  };
}

function encodeWho(
  entry: InvokerEntry,
): Pick<EncodedInvoker, 'k' | 'v' | 'x' | 'n' | 'g' | 'sa' | 'sx' | 'sc'> {
  switch (entry.kind) {
    case 'service': {
      const { name, region } = readServiceName(entry.service) ?? {};
      const pattern = entry.sourceArn === undefined ? null : composeArnRegex(entry.sourceArn);
      return {
        k: 's',
        v: entry.service,
        ...(name === undefined ? {} : { n: name }),
        ...(region === undefined ? {} : { g: region }),
        ...(entry.sourceArn === undefined ? {} : { sa: entry.sourceArn }),
        ...(pattern === null ? {} : { sx: pattern }),
        ...(entry.sourceAccount === undefined ? {} : { sc: entry.sourceAccount }),
      };
    }
    case 'role':
      return { k: 'r', ...encodeArn(entry.role) };
    case 'user':
      return { k: 'u', ...encodeArn(entry.user) };
    case 'account':
      return { k: 'a', v: entry.account };
    case 'functionUrl':
      return { k: 'f', v: entry.functionUrl };
    case 'eventSourceMapping':
      return {
        k: isMappingArn(entry.eventSourceMapping) ? 'm' : 'q',
        ...encodeArn(entry.eventSourceMapping),
      };
  }
}

function encodeArn(pattern: string): Pick<EncodedInvoker, 'v' | 'x'> {
  const regex = composeArnRegex(pattern);
  return regex === null ? { v: pattern } : { v: pattern, x: regex };
}

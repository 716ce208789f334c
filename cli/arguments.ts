import { type ParseArgsConfig, parseArgs } from 'node:util';
import { findNearest } from '../config/nearest-key.ts';

/** The options that a command takes: with a value (`string`), with one each time (`list`), or without (`boolean`). */
export type OptionTypes = Readonly<Record<string, 'string' | 'list' | 'boolean'>>;

/** A command line, cut up; or what is wrong with it, in one sentence. */
export type ParsedArguments =
  | {
      readonly kind: 'arguments';
      readonly texts: ReadonlyMap<string, string>;
      readonly flags: ReadonlySet<string>;
      /** The values of each `list` option that was given, in their order. */
      readonly lists: ReadonlyMap<string, readonly string[]>;
      readonly positionals: readonly string[];
    }
  | { readonly kind: 'usageError'; readonly message: string };

/** Cuts the arguments of one command by the options that it takes. `--` ends the options, `-` is a positional. */
export function parseArguments(args: readonly string[], options: OptionTypes): ParsedArguments {
  const config: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(options).map(([name, type]) => [name, { type: type === 'boolean' ? type : 'string' }]),
  );
  // Not strict, so that the messages are ours: they name what was meant.
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  const lists = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const type = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (type === undefined) return refuseUnknown(token.rawName, options);
    if (type === 'boolean') {
      if (token.value !== undefined) return refuse(`option \`${token.rawName}\` takes no value`);
      flags.add(token.name);
    } else {
      if (token.value === undefined || token.value === '')
        return refuse(`option \`${token.rawName}\` needs a value`);
      if (type === 'string') texts.set(token.name, token.value);
      else lists.set(token.name, [...(lists.get(token.name) ?? []), token.value]);
    }
  }
  return { kind: 'arguments', texts, flags, lists, positionals };
}

function refuseUnknown(rawName: string, options: OptionTypes): ParsedArguments {
  const near = findNearest(rawName.replace(/^-+/, ''), Object.keys(options));
  return refuse(`unknown option \`${rawName}\`${near === undefined ? '' : `; did you mean \`--${near}\`?`}`);
}

function refuse(message: string): ParsedArguments {
  return { kind: 'usageError', message };
}

import { type Stack, Token } from 'aws-cdk-lib';

/**
 * Texts that are not known at synth, while a pattern is made of them: each gets a stand-in as long as it can become, so
 * that what a pattern holds does not depend on how CDK numbers its tokens, and always fits.
 */
export class NameStandIns {
  readonly #stack: Stack;
  readonly #texts = new Map<string, string>();
  /** Stand-ins by what CloudFormation makes of the text: CDK has many tokens for the same reference. */
  readonly #standIns = new Map<string, string>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** The text itself where it is known, or a stand-in of that many characters, the same one for the same reference. */
  standFor(text: string, longest: number): string {
    if (!Token.isUnresolved(text)) return text;
    const reference = JSON.stringify(this.#stack.resolve(text));
    const known = this.#standIns.get(reference);
    if (known !== undefined) return known;
    const standIn = `~${this.#texts.size}~`.padEnd(longest, '~');
    this.#texts.set(standIn, text);
    this.#standIns.set(reference, standIn);
    return standIn;
  }

  /** Puts the texts back wherever their stand-ins are, also inside other texts. */
  replaceIn(value: unknown): unknown {
    if (typeof value === 'string') {
      return [...this.#texts].reduce((text, [standIn, own]) => text.replaceAll(standIn, own), value);
    }
    if (Array.isArray(value)) return value.map((inner) => this.replaceIn(inner));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.replaceIn(inner)]));
  }
}

import type { DisableResult, EventSourceMappings } from '../../containment/mapping-ports.ts';

/** What is kept at hand; more would only be kept by mistake. */
const MOST_ANSWERS = 1_000;

/**
 * Asks Lambda once for a mapping that it does not know. A log file may hold thousands of calls by one that is gone, and
 * its id is never given again; what Lambda does know the memory of mappings keeps.
 */
export class AskedMappings implements EventSourceMappings {
  readonly #mappings: EventSourceMappings;
  readonly #unknown = new Set<string>();

  constructor(mappings: EventSourceMappings) {
    this.#mappings = mappings;
  }

  async readSource(mappingArn: string): Promise<string | null> {
    if (this.#unknown.has(mappingArn)) return null;
    const sourceArn = await this.#mappings.readSource(mappingArn);
    if (sourceArn === null) {
      if (this.#unknown.size >= MOST_ANSWERS) this.#unknown.clear();
      this.#unknown.add(mappingArn);
    }
    return sourceArn;
  }

  readFunction(mappingArn: string): Promise<string | null> {
    return this.#mappings.readFunction(mappingArn);
  }

  disableMapping(mappingArn: string): Promise<DisableResult> {
    return this.#mappings.disableMapping(mappingArn);
  }
}

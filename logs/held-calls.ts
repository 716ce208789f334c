/** Calls whose verdict waits until the logs tell the source of the mapping that called. */
export interface HeldCalls<Call> {
  /**
   * Keeps a call back. Answers the calls that have to be judged now without the source, because too many wait: the one
   * that has waited longest, whatever its mapping.
   */
  readonly hold: (mappingArn: string, call: Call) => readonly Call[];
  /** Gives up the calls of a mapping that was learnt, in the order in which they came. */
  readonly release: (mappingArn: string) => readonly Call[];
  /** Gives up all that still wait when the logs end, in the order in which they came. */
  readonly releaseAll: () => readonly Call[];
}

/** A mapping made before the logs begin is never learnt, so all of its calls wait: their number must have an end. */
const MOST_HELD = 10_000;

/** Builds the waiting place of one reading of logs, for at most `most` calls. Every step takes the same time. */
export function createHeldCalls<Call>(most: number = MOST_HELD): HeldCalls<Call> {
  interface Held {
    readonly mappingArn: string;
    readonly call: Call;
  }
  const inOrder = new Set<Held>();
  const byMapping = new Map<string, Set<Held>>();
  return {
    hold: (mappingArn, call) => {
      const held = { mappingArn, call };
      const [longest] = inOrder;
      inOrder.add(held);
      const others = byMapping.get(mappingArn) ?? new Set();
      byMapping.set(mappingArn, others.add(held));
      if (inOrder.size <= most) return [];
      const pushedOut = longest ?? held;
      forget(pushedOut);
      return [pushedOut.call];
    },
    release: (mappingArn) => {
      const released = [...(byMapping.get(mappingArn) ?? [])];
      released.forEach(forget);
      return released.map(({ call }) => call);
    },
    releaseAll: () => {
      const released = [...inOrder];
      released.forEach(forget);
      return released.map(({ call }) => call);
    },
  };

  function forget(held: Held): void {
    inOrder.delete(held);
    const others = byMapping.get(held.mappingArn);
    others?.delete(held);
    if (others?.size === 0) byMapping.delete(held.mappingArn);
  }
}

import { createHash } from 'node:crypto';

/** Four words that stand for an eventID: the digits of a UUID, or a hash. */
export type EventKey = readonly [number, number, number, number];

/** Remembers the eventIDs of the last calls, in memory of a fixed size. */
export interface EventWindow {
  /** Decides whether the ID was there before, and remembers it. */
  readonly meet: (a: number, b: number, c: number, d: number) => 'new' | 'seen';
}

/** Of the IDs before the current one, at least so many are remembered, and at most twice as many. */
export const WINDOW_EVENTS = 786_432;
const SLOTS = 2 ** 20;

/**
 * Builds a window: two tables that are filled in turn. When one is full, the other is emptied and filled next, so the
 * memory stays the same however long the logs are. IDs are compared whole, never by a shorter hash.
 */
export function createEventWindow(events: number = WINDOW_EVENTS, slots: number = SLOTS): EventWindow {
  let [current, before] = [new Uint32Array(slots * 4), new Uint32Array(slots * 4)];
  let count = 0;
  const mask = slots - 1;

  return {
    meet: (a, b, c, d) => {
      // A slot of zeros is empty; the UUID of zeros, which AWS does not give, is kept as another that it does not give.
      const last = (a | b | c | d) === 0 ? 1 : d;
      const place = Math.imul(a ^ (b >>> 7) ^ c ^ last, 0x9e3779b1) >>> 0;
      if (find(before, place, a, b, c, last) < 0) return 'seen';
      const free = find(current, place, a, b, c, last);
      if (free < 0) return 'seen';
      current[free] = a;
      current[free + 1] = b;
      current[free + 2] = c;
      current[free + 3] = last;
      count += 1;
      if (count === events) {
        [current, before] = [before, current];
        current.fill(0);
        count = 0;
      }
      return 'new';
    },
  };

  /** Where the ID would stand; -1 where it stands already. */
  function find(table: Uint32Array, from: number, a: number, b: number, c: number, d: number): number {
    let slot = (from & mask) << 2;
    for (;;) {
      const [e, f, g, h] = [table[slot], table[slot + 1], table[slot + 2], table[slot + 3]];
      if (e === a && f === b && g === c && h === d) return -1;
      if (e === 0 && f === 0 && g === 0 && h === 0) return slot;
      slot = (slot + 4) & ((mask << 2) | 3);
    }
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The key of an eventID as text; that of a UUID in lower case is its digits, as the scanner packs them. */
export function keyEventID(eventID: string): EventKey {
  if (UUID.test(eventID)) {
    const digits = eventID.replaceAll('-', '');
    return [readHex(digits, 0), readHex(digits, 8), readHex(digits, 16), readHex(digits, 24)];
  }
  // UTF-16, because two texts that differ in broken surrogates are the same in UTF-8.
  const hash = createHash('sha256').update(eventID, 'utf16le').digest();
  return [hash.readUInt32BE(0), hash.readUInt32BE(4), hash.readUInt32BE(8), hash.readUInt32BE(12)];
}

function readHex(digits: string, from: number): number {
  return Number.parseInt(digits.slice(from, from + 8), 16);
}

/** The UUID that four words stand for. */
export function writeUuid(a: number, b: number, c: number, d: number): string {
  const digits = [a, b, c, d].map((word) => word.toString(16).padStart(8, '0')).join('');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-');
}

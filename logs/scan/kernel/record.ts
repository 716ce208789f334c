// Takes one CloudTrail record apart: the fields that the core reads are noted in slots, the rest is walked over.
import { findPlainEnd, refuse, skipSpace, skipValue, stop } from './json';
import {
  KEY_BYTES,
  KEY_INDEX_AT,
  KEYS_AT,
  LEVEL_ADDITIONAL,
  LEVEL_IDENTITY,
  LEVEL_ISSUER,
  LEVEL_PARAMETERS,
  LEVEL_RECORD,
  LEVEL_SESSION,
  MAX_KEY_LENGTH,
  SLOT_COUNT,
  SLOT_IDENTITY,
  SLOT_ISSUER,
  SLOT_PARAMETERS,
  SLOT_RESOURCES,
  SLOT_SESSION,
  SLOTS_AT,
} from './layout';
import { isSame } from './tuple';

/** Walks over one record from behind its opening brace, and fills the slots. */
export function readRecord(from: usize): usize {
  memory.fill(SLOTS_AT, 0, SLOT_COUNT * 8);
  return readObject(LEVEL_RECORD, from);
}

function readObject(level: i32, from: usize): usize {
  let seen: u32 = 0;
  let at = skipSpace(from);
  if (load<u8>(at) == 0x7d) return at + 1;
  while (true) {
    if (load<u8>(at) != 0x22) return stop(at);
    const key = at + 1;
    // A key with escapes may spell any key, so it is left to the plain path.
    at = findPlainEnd(key);
    if (at == 0) return 0;
    const slot = findSlot(level, key, <u32>(at - key));
    at = skipSpace(at + 1);
    if (load<u8>(at) != 0x3a) return stop(at);
    at = skipSpace(at + 1);
    if (slot < 0) {
      at = skipValue(at);
    } else {
      const bit: u32 = (<u32>1) << (<u32>slot);
      // Of a key that comes twice, JSON.parse takes the last: left to it.
      if ((seen & bit) != 0) return refuse();
      seen |= bit;
      at = readField(slot, at);
    }
    if (at == 0) return 0;
    at = skipSpace(at);
    const c = load<u8>(at);
    if (c == 0x7d) return at + 1;
    if (c != 0x2c) return stop(at);
    at = skipSpace(at + 1);
  }
}

/** The slot of a key that is looked for on this level, or -1. */
function findSlot(level: i32, key: usize, length: u32): i32 {
  if (length > <u32>MAX_KEY_LENGTH) return -1;
  const index = <usize>KEY_INDEX_AT + ((<usize>level * (MAX_KEY_LENGTH + 1) + length) << 3);
  const first = load<u32>(index);
  const last = first + load<u32>(index, 4);
  for (let entry = first; entry < last; entry += 1) {
    const text = <usize>KEYS_AT + <usize>entry * KEY_BYTES;
    if (isSame(text, key, length)) return load<i32>(text, 32);
  }
  return -1;
}

function readField(slot: i32, at: usize): usize {
  const c = load<u8>(at);
  if (slot >= SLOT_IDENTITY) {
    if (c != 0x7b) return skipValue(at);
    note(slot, at, 0);
    return readObject(levelOf(slot), at + 1);
  }
  if (slot == SLOT_RESOURCES) {
    const behind = skipValue(at);
    if (behind != 0) note(slot, at, <u32>(behind - at));
    return behind;
  }
  // The core takes values that are no text for absent.
  if (c != 0x22) return skipValue(at);
  const close = findPlainEnd(at + 1);
  if (close == 0) return 0;
  note(slot, at + 1, <u32>(close - at - 1));
  return close + 1;
}

function note(slot: i32, start: usize, length: u32): void {
  const place = <usize>SLOTS_AT + ((<usize>slot) << 3);
  store<u32>(place, <u32>start);
  store<u32>(place, length, 4);
}

function levelOf(slot: i32): i32 {
  if (slot == SLOT_IDENTITY) return LEVEL_IDENTITY;
  if (slot == SLOT_SESSION) return LEVEL_SESSION;
  if (slot == SLOT_ISSUER) return LEVEL_ISSUER;
  return slot == SLOT_PARAMETERS ? LEVEL_PARAMETERS : LEVEL_ADDITIONAL;
}

// Walks over JSON text as strictly as JSON.parse does: whatever it walks over to the end is valid JSON. Every function
// takes the address to begin at and answers the address behind what it walked over, or 0 with `fault` set.

/** Why a walk stopped: the text ended, or it holds what this kernel leaves to the plain path (or what is no JSON). */
export const FAULT_MORE = 1;
export const FAULT_UNKNOWN = 2;

export let fault: i32 = 0;
/** The end of the text; zero bytes follow it. */
let end: usize = 0;
let depth: i32 = 0;

/** Deeper nesting is left to the plain path. */
const MAX_DEPTH: i32 = 100;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

export function setEnd(address: usize): void {
  end = address;
}

/** Stops a walk at an address: the text has ended there, or holds what it should not. */
export function stop(at: usize): usize {
  fault = at >= end ? FAULT_MORE : FAULT_UNKNOWN;
  return 0;
}

export function isBeforeEnd(at: usize): bool {
  return at < end;
}

export function skipSpace(from: usize): usize {
  let at = from;
  let c = load<u8>(at);
  // Logs hardly ever have any.
  if (c > 0x20) return at;
  while (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09) {
    at += 1;
    c = load<u8>(at);
  }
  return at;
}

/**
 * The next quote, backslash, control character or end, from an address inside a string. Not behind the end, because a
 * zero stands there.
 */
function findSpecial(from: usize): usize {
  let at = from;
  while (true) {
    const text = v128.load(at);
    // With its second bit turned, a quote comes right behind the control characters: one comparison finds them all.
    const special = v128.or(
      i8x16.lt_u(v128.xor(text, i8x16.splat(0x02)), i8x16.splat(0x21)),
      i8x16.eq(text, i8x16.splat(BACKSLASH)),
    );
    const mask = i8x16.bitmask(special);
    if (mask != 0) return at + <usize>ctz(mask);
    at += 16;
  }
}

/** The closing quote of a string without escapes, from the address behind its opening one. */
export function findPlainEnd(from: usize): usize {
  const at = findSpecial(from);
  return load<u8>(at) == QUOTE ? at : stop(at);
}

/** The closing quote of any string, from the address behind its opening one. */
function findStringEnd(from: usize): usize {
  let at = from;
  while (true) {
    at = findSpecial(at);
    const c = load<u8>(at);
    if (c == QUOTE) return at;
    if (c != BACKSLASH) return stop(at);
    at = skipEscape(at + 1);
    if (at == 0) return 0;
  }
}

function skipEscape(at: usize): usize {
  if (at >= end) return stop(at);
  const c = load<u8>(at);
  if (c == 0x75) {
    for (let digit = at + 1; digit < at + 5; digit += 1) {
      if (!isHex(load<u8>(digit))) return stop(digit);
    }
    return at + 5;
  }
  // One of " \ / b f n r t
  if (c == 0x22 || c == 0x5c || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74) {
    return at + 1;
  }
  return stop(at);
}

function isHex(c: u8): bool {
  return isDigit(c) || <u8>((c | 0x20) - 0x61) < 6;
}

function isDigit(c: u8): bool {
  return <u8>(c - 0x30) < 10;
}

export function skipValue(at: usize): usize {
  const c = load<u8>(at);
  if (c == QUOTE) {
    const close = findStringEnd(at + 1);
    return close == 0 ? 0 : close + 1;
  }
  if (c == 0x7b) return skipObject(at + 1);
  if (c == 0x5b) return skipArray(at + 1);
  if (c == 0x74) return skipWord(at, 0x65757274);
  if (c == 0x66) return skipWord(at + 1, 0x65736c61);
  if (c == 0x6e) return skipWord(at, 0x6c6c756e);
  if (c == 0x2d || isDigit(c)) return skipNumber(at);
  return stop(at);
}

/** Four letters of `true`, `alse` or `null`. */
function skipWord(at: usize, word: u32): usize {
  if (load<u32>(at) == word && at + 4 <= end) return at + 4;
  return stop(at + 4 > end ? end : at);
}

function skipNumber(from: usize): usize {
  let at = from;
  if (load<u8>(at) == 0x2d) at += 1;
  if (load<u8>(at) == 0x30) at += 1;
  else {
    at = skipDigits(at);
    if (at == 0) return 0;
  }
  if (load<u8>(at) == 0x2e) {
    at = skipDigits(at + 1);
    if (at == 0) return 0;
  }
  if ((load<u8>(at) | 0x20) == 0x65) {
    at += 1;
    const sign = load<u8>(at);
    if (sign == 0x2b || sign == 0x2d) at += 1;
    at = skipDigits(at);
    if (at == 0) return 0;
  }
  // A number that ends where the text ends may go on.
  return at < end ? at : stop(at);
}

/** At least one digit. */
function skipDigits(from: usize): usize {
  let at = from;
  while (isDigit(load<u8>(at))) at += 1;
  return at > from ? at : stop(at);
}

/** The rest of an object, from behind its opening brace. */
function skipObject(from: usize): usize {
  if (depth >= MAX_DEPTH) return refuse();
  depth += 1;
  let at = skipSpace(from);
  if (load<u8>(at) == 0x7d) {
    depth -= 1;
    return at + 1;
  }
  while (true) {
    if (load<u8>(at) != QUOTE) return stop(at);
    at = findStringEnd(at + 1);
    if (at == 0) return 0;
    at = skipSpace(at + 1);
    if (load<u8>(at) != 0x3a) return stop(at);
    at = skipValue(skipSpace(at + 1));
    if (at == 0) return 0;
    at = skipSpace(at);
    const c = load<u8>(at);
    if (c == 0x7d) break;
    if (c != 0x2c) return stop(at);
    at = skipSpace(at + 1);
  }
  depth -= 1;
  return at + 1;
}

/** The rest of an array, from behind its opening bracket. */
function skipArray(from: usize): usize {
  if (depth >= MAX_DEPTH) return refuse();
  depth += 1;
  let at = skipSpace(from);
  if (load<u8>(at) == 0x5d) {
    depth -= 1;
    return at + 1;
  }
  while (true) {
    at = skipValue(at);
    if (at == 0) return 0;
    at = skipSpace(at);
    const c = load<u8>(at);
    if (c == 0x5d) break;
    if (c != 0x2c) return stop(at);
    at = skipSpace(at + 1);
  }
  depth -= 1;
  return at + 1;
}

/** Leaves what stands here to the plain path. */
export function refuse(): usize {
  fault = FAULT_UNKNOWN;
  return 0;
}

/** Begins a walk of its own: nothing is open. */
export function startWalk(): void {
  depth = 0;
  fault = 0;
}

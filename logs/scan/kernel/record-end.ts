// Finds where a record ends that the kernel itself does not read, by nothing but its brackets and strings.
import { isBeforeEnd, stop } from './json';

/** The address behind a record, from that of its opening brace; 0 where the text ends before. */
export function findRecordEnd(from: usize): usize {
  let depth: i32 = 0;
  let at = from;
  while (isBeforeEnd(at)) {
    const c = load<u8>(at);
    at += 1;
    if (c == 0x22) {
      at = findQuote(at);
      if (at == 0) return 0;
    } else if (c == 0x7b || c == 0x5b) {
      depth += 1;
    } else if (c == 0x7d || c == 0x5d) {
      depth -= 1;
      if (depth == 0) return at;
    }
  }
  return stop(at);
}

/** The address behind a string's closing quote. */
function findQuote(from: usize): usize {
  let at = from;
  while (isBeforeEnd(at)) {
    const c = load<u8>(at);
    if (c == 0x22) return at + 1;
    at += c == 0x5c ? 2 : 1;
  }
  return stop(at);
}

// Packs the two values that are different in every record: the eventID where it is a UUID as AWS writes it, and the time
// where it is written as CloudTrail writes it. Only what can be written back byte by byte is packed.

/** Packs a UUID in lower case into four words, first digits first. */
export function packUuid(text: usize, length: u32, to: usize): bool {
  if (length != 36) return false;
  let at = text;
  let word: u32 = 0;
  let digits = 0;
  for (let index = 0; index < 36; index += 1) {
    const c = load<u8>(at + index);
    if (index == 8 || index == 13 || index == 18 || index == 23) {
      if (c != 0x2d) return false;
      continue;
    }
    const number = <u8>(c - 0x30);
    const letter = <u8>(c - 0x61);
    if (number < 10) word = (word << 4) | number;
    else if (letter < 6) word = (word << 4) | (letter + 10);
    else return false;
    digits += 1;
    if ((digits & 7) == 0) store<u32>(to + ((digits >> 1) - 4), word);
  }
  return true;
}

/** Seconds since 1970 of `2026-01-31T09:30:00Z`, or -1 for what is not exactly that. */
export function packTime(text: usize, length: u32): i64 {
  if (length != 20) return -1;
  if (load<u8>(text, 4) != 0x2d || load<u8>(text, 7) != 0x2d || load<u8>(text, 10) != 0x54) return -1;
  if (load<u8>(text, 13) != 0x3a || load<u8>(text, 16) != 0x3a || load<u8>(text, 19) != 0x5a) return -1;
  const century = twoDigits(text);
  const yearOfCentury = twoDigits(text + 2);
  const month = twoDigits(text + 5);
  const day = twoDigits(text + 8);
  const hour = twoDigits(text + 11);
  const minute = twoDigits(text + 14);
  const second = twoDigits(text + 17);
  if ((century | yearOfCentury | month | day | hour | minute | second) < 0) return -1;
  const year = century * 100 + yearOfCentury;
  if (year < 1970 || year > 2099 || month < 1 || month > 12) return -1;
  if (day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 59) return -1;
  return <i64>countDays(year, month, day) * 86400 + <i64>(hour * 3600 + minute * 60 + second);
}

function twoDigits(at: usize): i32 {
  const tens = <i32>load<u8>(at) - 0x30;
  const ones = <i32>load<u8>(at, 1) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return (year & 3) == 0 && year != 2100 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days come last. */
function countDays(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const yearOfEra = y - 1600;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + yearOfEra / 400 + dayOfYear - 135080;
}

/**
 * Finds the known word that somebody most likely meant: at most two edits away (one for words of three letters and fewer), letter case
 * aside. `undefined` where nothing is near.
 */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  let nearest: string | undefined;
  let least = word.length <= 3 ? 2 : 3;
  for (const candidate of known) {
    const distance = measureDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Counts the edits (insert, delete, replace) between two short words. */
function measureDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const replaced = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** Long lists are cut in the text: the alert's JSON has them whole. */
const LISTED = 20;

/** Composes a titled list for the text of an alert; nothing where it would be empty. */
export function composeSection(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const more = lines.length > LISTED ? [`  and ${lines.length - LISTED} more`] : [];
  return [title, ...lines.slice(0, LISTED).map((line) => `  ${line}`), ...more];
}

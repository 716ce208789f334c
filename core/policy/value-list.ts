/**
 * Reads an element that may hold one value or a list of them; the two mean the same. Absent is an empty list.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readList(element: unknown): readonly unknown[] {
  if (Array.isArray(element)) return element;
  return element === undefined ? [] : [element];
}

/** True where the text holds a policy variable, whose value only AWS knows. */
export function hasVariable(text: string): boolean {
  return text.includes('${');
}

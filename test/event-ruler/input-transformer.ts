import type { JsonObject } from '../../core/json.ts';

/**
 * Writes the text that EventBridge makes of an event with paths and a template, as far as AWS documents it: a path that
 * leads nowhere writes nothing, values are not escaped, and of lists and objects the quotes are left out. Paths in dot
 * notation only.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function transformInput(
  event: JsonObject,
  paths: Readonly<Record<string, string>>,
  template: string,
): string {
  return template.replaceAll(/<([A-Za-z0-9_-]+)>/g, (_whole, key: string) => {
    const path = paths[key];
    if (path === undefined) throw new Error(`the template names <${key}>, for which there is no path`);
    const value = path
      .split('.')
      .slice(1)
      .reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), event);
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

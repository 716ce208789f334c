import { listScannedDays, type ScanWindow } from './scan-window.ts';

/** The folders whose objects a query reads, or why they cannot be told from the table. */
export type ProjectedFolders =
  | { readonly kind: 'folders'; readonly bucket: string; readonly prefixes: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Listing more folders than this would take longer than the query. */
const MOST_FOLDERS = 20_000;

/** Makes up the folders of a window from the properties of a table, as the engine does. */
export function listProjectedFolders(
  properties: Readonly<Record<string, string>>,
  window: ScanWindow,
): ProjectedFolders {
  const template = /^s3:\/\/([^/]+)\/(.*)$/.exec(properties['storage.location.template'] ?? '');
  const accounts = (properties['projection.account.values'] ?? '').split(',').filter((text) => text !== '');
  const regions = (properties['projection.region.values'] ?? '').split(',').filter((text) => text !== '');
  const [, bucket, path] = template ?? [];
  if (bucket === undefined || path === undefined || accounts.length === 0 || regions.length === 0) {
    return { kind: 'unknown', why: 'the table has no partition projection by account, Region and day' };
  }
  const first = (properties['projection.day.range'] ?? '').split(',')[0] ?? '';
  const days = listScannedDays(window).filter((day) => day >= first);
  const count = accounts.length * regions.length * days.length;
  if (count > MOST_FOLDERS) {
    return { kind: 'unknown', why: `${count} folders would have to be listed` };
  }
  const prefixes = accounts.flatMap((account) =>
    regions.flatMap((region) =>
      days.map((day) =>
        path
          .replaceAll('${account}', account)
          .replaceAll('${region}', region)
          .replaceAll('${day}', day)
          .replace(/\/?$/, '/'),
      ),
    ),
  );
  return { kind: 'folders', bucket, prefixes };
}

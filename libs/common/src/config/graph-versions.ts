/** Graph API versions and the day Meta stopped, or will stop, serving each (Meta's version page, November 2026). */
const END_OF_USE: Record<string, string> = {
  'v17.0': '2025-09-12',
  'v18.0': '2026-01-26',
  'v19.0': '2026-05-21',
  'v20.0': '2026-09-24',
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
};
const CURRENT = 'v26.0';
const OLDEST_LISTED = 17;

/** One sentence when Meta no longer serves this version as itself; undefined while it does. */
export function versionWarning(version: string, now: Date): string | undefined {
  const end = END_OF_USE[version];
  const over = end ? new Date(end) <= now : Number(version.slice(1)) < OLDEST_LISTED;
  if (!over) return undefined;
  return `WHATSAPP_API_VERSION ${version} is past Meta's end of use${end ? ` (${end})` : ''}; Meta answers with the behaviour of a newer one. Set it to ${CURRENT}.`;
}

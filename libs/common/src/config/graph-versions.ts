/** Graph API versions and the day Meta stopped, or will stop, serving each as itself (Meta's version page, November 2026). */
const END_OF_USE: readonly { version: string; endsOn: string }[] = [
  { version: 'v17.0', endsOn: '2025-09-12' },
  { version: 'v18.0', endsOn: '2026-01-26' },
  { version: 'v19.0', endsOn: '2026-05-21' },
  { version: 'v20.0', endsOn: '2026-09-24' },
  { version: 'v21.0', endsOn: '2027-01-21' },
  { version: 'v22.0', endsOn: '2027-05-20' },
  { version: 'v23.0', endsOn: '2027-10-08' },
  { version: 'v24.0', endsOn: '2028-02-18' },
  { version: 'v25.0', endsOn: '2028-07-29' },
];
/** The newest when this was written; Meta had set no end for it. */
const CURRENT = 'v26.0';

/** One sentence when Meta no longer serves this version (`v18.0`) as itself; undefined while it does, or when it is newer than we are. */
export function graphVersionWarning(version: string, now: Date): string | undefined {
  const number = Number.parseFloat(version.slice(1));
  // Every version lives longer than the one before it: the first that is not older tells whether this one is over.
  const listed = END_OF_USE.find((known) => Number.parseFloat(known.version.slice(1)) >= number);
  if (!listed || new Date(listed.endsOn) > now) return undefined;
  const since = listed.version === version ? listed.endsOn : `before ${listed.endsOn}`;
  return `WHATSAPP_API_VERSION=${version} is past the end Meta set for it (${since}): calls get the behaviour of a newer one, chosen by Meta. Write WHATSAPP_API_VERSION=${CURRENT}`;
}

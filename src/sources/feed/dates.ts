/** Zones that feeds name and JavaScript does not know, as offsets. */
const ZONES: Readonly<Record<string, string>> = {
  wet: '+0000',
  west: '+0100',
  bst: '+0100',
  cet: '+0100',
  mez: '+0100',
  cest: '+0200',
  mesz: '+0200',
  eet: '+0200',
  eest: '+0300',
  msk: '+0300',
  ist: '+0530',
  jst: '+0900',
  kst: '+0900',
  aest: '+1000',
  aedt: '+1100',
  nzst: '+1200',
  nzdt: '+1300',
};
const EARLIEST = Date.UTC(1990, 0, 1);

/**
 * Epoch milliseconds of a date as feeds write it (RFC 822, ISO 8601, and their misspellings); null when it cannot be
 * read or is older than the web. A time without a zone is taken for UTC.
 */
export function parseFeedDate(raw: string | undefined): number | null {
  const text = raw?.trim() ?? '';
  if (text === '' || text.length > 60) return null;
  const iso = /^\d{4}-\d{2}-\d{2}/.test(text);
  const spelled = iso
    ? text.replace(' ', 'T').replace(/\s+/g, '')
    : // "Thurs, 4 Jun 2026": the weekday says nothing and is often wrong.
      text
        .replace(/^[a-z]+\.?,?\s+(?=\d)/i, '')
        .replace(/\b[a-z]{3,4}$/i, (zone) => ZONES[zone.toLowerCase()] ?? zone);
  const zoned = /(?:z|[+-]\d{2}:?\d{2}|\b(?:gmt|utc?|[ecmp][sd]t))$/i.test(spelled);
  const dateOnly = iso && !/t/i.test(spelled);
  const ms = Date.parse(zoned || dateOnly ? spelled : iso ? `${spelled}Z` : `${spelled} GMT`);
  return Number.isFinite(ms) && ms >= EARLIEST ? ms : null;
}

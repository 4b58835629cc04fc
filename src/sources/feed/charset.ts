const DECLARED = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/i;
/** The declaration is within the first bytes, and ASCII in every encoding that can be told by looking. */
const SNIFFED = 512;

function decoder(label: string | undefined): InstanceType<typeof TextDecoder> | null {
  if (label === undefined) return null;
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}

/** What the first bytes say by themselves: a byte order mark, or the pattern of `<` in UTF-16. */
function markOf(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return 'utf-16be';
  return null;
}

/**
 * The text of a document, decoded by (in this order) its byte order mark, the `charset` of the Content-Type, the XML
 * declaration, UTF-8, and Windows-1252 for what is none of these. RFC 7303 has the same order. Never throws: bytes
 * that cannot be decoded become U+FFFD.
 */
export function decodeDocument(bytes: Uint8Array, contentType: string): string {
  const marked = markOf(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  const [, charset] = /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType) ?? [];
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, SNIFFED));
  const [, declared] = DECLARED.exec(head) ?? [];
  // Its declaration could be read byte by byte, so it is not UTF-16, whatever it says.
  const honest = declared !== undefined && /^utf-?16/i.test(declared) ? 'utf-8' : declared;
  const told = decoder(charset) ?? decoder(honest);
  if (told) return told.decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

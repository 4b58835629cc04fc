import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Tokens at rest: AES-256-GCM with a fresh 96-bit nonce each time. What is sealed for one workspace opens for no other
 * (its id is authenticated with it), and the id of the key stands beside it, so that keys can be changed.
 */

/** 32 bytes as 64 hexadecimal digits or in base64. */
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** How a key is made, for words to people. */
export const KEY_WORDS =
  'must be 32 bytes as 64 hexadecimal digits or base64; make it with: openssl rand -hex 32';

/** Something that was sealed, as it is stored. */
export interface Sealed {
  /** Names the key without telling anything about it. */
  readonly key: string;
  readonly nonce: string;
  readonly tag: string;
  readonly text: string;
}

/** What was stored cannot be opened: another key, or somebody changed it. The message is for whoever runs Potluck. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface TokenBox {
  seal(owner: string, text: string): Sealed;
  /**
   * The text, and whether it was sealed with a former key and should be sealed anew.
   *
   * @throws SealError when no key fits, or owner, text or tag were changed
   */
  open(owner: string, sealed: Sealed): { readonly text: string; readonly isOld: boolean };
  /** A secret for another purpose, from the first key. */
  derive(purpose: string): string;
}

/** The keys in a variable: the present one first, former ones after it, parted by commas. Null when one is no key. */
export function readKeys(value: string): readonly Buffer[] | null {
  const keys = value.split(',').map((part) => {
    const text = part.trim();
    if (HEX.test(text)) return Buffer.from(text, 'hex');
    return BASE64.test(text) ? Buffer.from(text, 'base64') : null;
  });
  return keys.every((key) => key?.length === 32) ? keys.filter((key) => key !== null) : null;
}

/** @param keys the first one seals, all of them open */
export function tokenBox(keys: readonly Buffer[]): TokenBox {
  const [present] = keys;
  if (!present) throw new SealError(`SLACK_TOKEN_KEY ${KEY_WORDS}`);
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  return {
    seal(owner, text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', present, nonce).setAAD(bound(owner));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return {
        key: keyId(present),
        nonce: nonce.toString('base64'),
        tag: cipher.getAuthTag().toString('base64'),
        text: sealed.toString('base64'),
      };
    },
    open(owner, sealed) {
      const key = byId.get(sealed.key);
      if (!key)
        throw new SealError(
          `was stored with another key (${sealed.key}) than SLACK_TOKEN_KEY now has (${[...byId.keys()].join(', ')}): add the former key behind the present one, after a comma, or install the app there again.`,
        );
      try {
        const nonce = Buffer.from(sealed.nonce, 'base64');
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
          .setAAD(bound(owner))
          .setAuthTag(Buffer.from(sealed.tag, 'base64'));
        const text = decipher.update(Buffer.from(sealed.text, 'base64'), undefined, 'utf8');
        return { text: text + decipher.final('utf8'), isOld: key !== present };
      } catch (error) {
        throw new SealError('was changed since it was stored: install the app there again.', {
          cause: error,
        });
      }
    },
    derive: (purpose) =>
      Buffer.from(hkdfSync('sha256', present, '', `potluck:${purpose}`, 32)).toString('hex'),
  };
}

function keyId(key: Buffer): string {
  return createHash('sha256').update('potluck:key-id:').update(key).digest('hex').slice(0, 8);
}

function bound(owner: string): Buffer {
  return Buffer.from(`potluck:slack:installation:1:${owner}`);
}

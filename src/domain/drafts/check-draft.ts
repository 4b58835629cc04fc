import { tame } from '../text.ts';
import { languageOf } from './opening.ts';

/** What a draft of a language model is held against. */
export interface DraftCheck {
  /** Why the network would not take it; null when it would, or where nothing can be sent from here. */
  readonly problem: string | null;
  /** Language of what is answered; null where it cannot be told. */
  readonly language: string | null;
  /** Texts of ours: links that stand in them may stand in a draft. */
  readonly ours: readonly string[];
  readonly domains: readonly string[];
  /** Whom it answers: the only one who may be mentioned. */
  readonly handle: string;
  /** The mark of the fence, and values that must never be shown. */
  readonly secrets: readonly string[];
}

const MAX_DRAFT = 4_000;
/** Addresses, also without https:// (networks make links of them); `node.js` and `menu.pdf` are names of other things. */
const LINK =
  /\bhttps?:\/\/[^\s<>"'）)\]]+|\bwww\.[^\s<>"'）)\]]+|(?<![\p{L}\p{N}@._-])[a-z0-9](?:[a-z0-9-]{0,62}\.)+(?!(?:[jt]sx?|ya?ml|json|html?|php|exe|pdf|txt|csv|png|jpe?g|gif|css)(?![\p{L}\p{N}_/-]))[a-z]{2,24}(?![\p{L}\p{N}_-])(?:\/[^\s<>"'）)\]]*)?/giu;
const MENTION = /(?<![\p{L}\p{N}_.])[@＠][\p{L}\p{N}_][\p{L}\p{N}_.@-]*|<[@#!][^>\s]{1,60}>/gu;
/** A mail address; `@carla@social.example` is a mention. */
const MAIL = /(?<![@＠\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})/giu;
/** Keys and tokens as services make them, private keys, and anything long that no language has. */
const SECRET =
  /\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bxox[abeprs]-[A-Za-z0-9-]{8,}|\bgh[opsur]_[A-Za-z0-9]{16,}|\bAKIA[0-9A-Z]{12,}|\beyJ[A-Za-z0-9_-]{10,}\.|-----BEGIN|\b(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{32,}/u;

/** Why a draft is not even shown, in words; null when it may be. Etiquette is for the remarks, not for here. */
export function draftFault(text: string, check: DraftCheck): string | null {
  if (text.trim() === '') return 'it was empty';
  if (text.length > MAX_DRAFT) return 'it was far too long';
  if (tame(text) !== text) return 'it held invisible signs';
  if (
    check.secrets.some((secret) => secret.length >= 4 && text.includes(secret)) ||
    SECRET.test(text.replace(LINK, ' '))
  )
    return 'it looked as if it held a secret';
  if (/\b(?:BEGIN|END) DATA\b/.test(text)) return 'it repeated what only the model should read';
  const links = (text.match(LINK) ?? []).filter((link) => !isOurs(link, check));
  if (links.length > 0) return 'it held a link that is not ours';
  const mails = [...text.matchAll(MAIL)].filter(([mail, host = '']) => !ownMail(mail, host, check));
  if (mails.length > 0) return 'it held a mail address that is not ours';
  const mentions = (text.match(MENTION) ?? []).filter((mention) => !isTheirs(mention, check.handle));
  if (mentions.length > 0) return 'it mentioned somebody else';
  const spoken = languageOf(text, null);
  if (check.language !== null && spoken !== null && spoken !== check.language)
    return 'it was in another language';
  return check.problem === null ? null : 'the network would not take it';
}

function bare(link: string): string {
  return link.replace(/^https?:\/\/(?:www\.)?|^www\./i, '').replace(/[.,;:!?…/]+$/u, '');
}

function isOurs(link: string, { ours, domains }: DraftCheck): boolean {
  const wanted = bare(link);
  const host = (wanted.split(/[/?#:]/)[0] ?? '').toLowerCase();
  if (link.includes('@') && /^https?:\/\/[^/]*@/i.test(link)) return false;
  if (domains.some((domain) => host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`)))
    return true;
  return ours.some((text) => (text.match(LINK) ?? []).some((known) => bare(known) === wanted));
}

function ownMail(mail: string, host: string, { ours, domains }: DraftCheck): boolean {
  const known = domains.some((domain) => host.toLowerCase() === domain.toLowerCase());
  return known || ours.some((text) => text.includes(mail));
}

function isTheirs(mention: string, handle: string): boolean {
  const plain = (value: string): string =>
    value
      .replace(/^[@＠]/u, '')
      .replace(/[.,;:!?]+$/u, '')
      .toLowerCase();
  return handle !== '' && plain(mention) === plain(handle);
}

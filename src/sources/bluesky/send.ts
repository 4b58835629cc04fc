import type { Agent } from '@atproto/api';
import type { Clock } from '../../clock.ts';
import { makePost, type Post } from '../../domain/post.ts';
import { readLanguage } from '../../domain/triage/language.ts';
import { readWords } from '../../domain/triage/tokens.ts';
import {
  AuthError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
  UncertainError,
} from '../../errors.ts';
import { neverLeft } from '../kit/answers.ts';
import type { Media, SendOptions, SourceLog } from '../source.ts';
import { cidOf, type Plain } from './cid.ts';
import { compose } from './compose.ts';
import { xrpcFailure } from './failures.ts';
import { embedPictures } from './pictures.ts';
import { recordKey } from './record-key.ts';
import { readText } from './rich-text.ts';
import type { AtprotoApi, Session } from './session.ts';
import type { PostRef } from './shapes.ts';
import { look } from './thread.ts';
import { POST, parseUri, postUrl, profileUrl } from './urls.ts';

export interface Sender {
  readonly api: AtprotoApi;
  readonly session: Session;
  readonly source: string;
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** A post record as it goes out: https://docs.bsky.app/docs/advanced-guides/posts. */
interface Draft {
  readonly uri: string;
  readonly rkey: string;
  readonly record: {
    readonly $type: typeof POST;
    readonly text: string;
    readonly createdAt: string;
    readonly langs?: readonly string[];
    readonly facets?: readonly Plain[];
    readonly embed?: Plain;
    readonly reply?: { readonly root: PostRef; readonly parent: PostRef };
  };
}

/** Answers a post. Errors: see {@link Source.reply}. */
export async function sendReply(
  sender: Sender,
  post: Post,
  text: string,
  options: SendOptions,
): Promise<readonly Post[]> {
  if (parseUri(post.id)?.collection !== POST)
    throw new RejectedError('There is no post here to answer; open the profile and write there.');
  const sight = await look(sender.session, post.id, options.signal, 'answer');
  if (sight.seen !== 'post')
    throw new RejectedError(
      sight.seen === 'blocked'
        ? 'Bluesky does not let us answer: the author has blocked our account, or we have blocked theirs.'
        : 'The post was deleted; there is nothing to answer.',
    );
  const { view } = sight;
  // The AppView hides answers from people whom the author does not let answer, without telling anybody.
  if (view.viewer?.replyDisabled)
    throw new RejectedError('The author has limited who may answer this post, and we may not.');
  const parent = { uri: view.uri, cid: view.cid };
  const reply = { root: view.record.reply?.root ?? parent, parent };
  return send(sender, text, options, { reply, lang: post.lang, answering: post.createdAt });
}

/** Publishes a post of our own. Errors: see {@link Source.publish}. */
export async function sendPost(sender: Sender, text: string, options: SendOptions): Promise<readonly Post[]> {
  await sender.session.signIn(options.signal);
  return send(sender, text, options, { reply: null, lang: languageOf(text), answering: null });
}

/** The language of a post of our own, where the detector is sure of it. */
function languageOf(text: string): string | null {
  const { language, sure } = readLanguage(readWords(text), null);
  return sure ? language : null;
}

interface Place {
  readonly reply: { readonly root: PostRef; readonly parent: PostRef } | null;
  readonly lang: string | null;
  readonly answering: number | null;
}

async function send(
  sender: Sender,
  text: string,
  { idempotencyKey, signal, media = [] }: SendOptions,
  place: Place,
): Promise<readonly Post[]> {
  const { session } = sender;
  const measure = compose(text);
  if (measure.problem !== null) throw new RejectedError(measure.problem);
  const did = await session.signIn(signal);
  const embed = await embedPictures(session, media, signal);
  const drafts = await makeDrafts(sender, did, measure.parts, idempotencyKey, { ...place, embed }, signal);
  await commit(sender, did, drafts, signal);
  const handle = session.handle ?? did;
  return drafts.map((draft) =>
    ownPost(draft, sender.source, { did, handle }, draft.record.embed ? media : []),
  );
}

async function makeDrafts(
  sender: Sender,
  did: string,
  parts: readonly string[],
  idempotencyKey: string,
  place: Place & { readonly embed: Plain | null },
  signal: AbortSignal,
): Promise<readonly Draft[]> {
  const { api, session, clock } = sender;
  const now = clock.now();
  const drafts: Draft[] = [];
  let reply = place.reply;
  for (const [index, text] of parts.entries()) {
    const rkey = recordKey(idempotencyKey, place.answering, index);
    const uri = `at://${did}/${POST}/${rkey}`;
    const facets = await findFacets(api, session, text, signal);
    const record: Draft['record'] = {
      $type: POST,
      text,
      createdAt: new Date(now + index).toISOString(),
      ...(place.lang !== null && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i.test(place.lang)
        ? { langs: [place.lang] }
        : {}),
      ...(facets.length > 0 ? { facets } : {}),
      ...(index === 0 && place.embed !== null ? { embed: place.embed } : {}),
      ...(reply === null ? {} : { reply }),
    };
    drafts.push({ uri, rkey, record });
    const self = { uri, cid: cidOf(record as unknown as Plain) };
    reply = { root: reply?.root ?? self, parent: self };
  }
  return drafts;
}

/** Links, tags and mentions; a handle that nobody has stays plain text. */
async function findFacets(
  api: AtprotoApi,
  session: Session,
  text: string,
  signal: AbortSignal,
): Promise<readonly Plain[]> {
  const rich = new api.RichText({ text });
  await session.call(
    'look up handles',
    signal,
    async (agent: Agent) => {
      await rich.detectFacets(agent);
      return { data: null };
    },
    'answer',
  );
  const facets = rich.facets?.flatMap((facet) => {
    const features = facet.features.filter((feature) => !('did' in feature) || feature.did !== '');
    const { byteStart, byteEnd } = facet.index;
    return features.length === 0 ? [] : [{ index: { byteStart, byteEnd }, features }];
  });
  return (facets ?? []) as unknown as readonly Plain[];
}

/**
 * All posts in one commit: a thread is never half there. The record keys are ours, so a repetition collides with what
 * is already there (500 today, a named error in later servers) and changes nothing.
 */
async function commit(
  sender: Sender,
  did: string,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<void> {
  const { session, log } = sender;
  const writes = drafts.map(({ rkey, record }) => ({
    $type: 'com.atproto.repo.applyWrites#create' as const,
    collection: POST,
    rkey,
    value: { ...record },
  }));
  try {
    const { results } = await session.call(
      'post',
      signal,
      (agent) => agent.com.atproto.repo.applyWrites({ repo: did, validate: true, writes }, { signal }),
      'answer',
    );
    const cid = results?.[0] && 'cid' in results[0] ? results[0].cid : undefined;
    const first = drafts[0];
    if (first && cid !== undefined && cid !== cidOf(first.record as unknown as Plain))
      log.warn({ uri: first.uri }, 'Bluesky stored a post otherwise than it was sent');
  } catch (error) {
    await settle(sender, did, drafts, error, signal);
  }
}

/** After a failed commit: returns when the posts are there all the same, else throws what the sender must know. */
async function settle(
  sender: Sender,
  did: string,
  drafts: readonly Draft[],
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (error instanceof AuthError || error instanceof RateLimitedError) throw error;
  if (signal.aborted) throw new UncertainError('Stopped while posting to Bluesky.', { cause: error });
  const failure = error instanceof Error ? xrpcFailure(error.cause) : null;
  const refusedHere = error instanceof RejectedError && failure === null;
  if (refusedHere || neverLeft(error)) throw error;
  const there = await isThere(sender, did, drafts, signal);
  if (there === true) return;
  // The server has said no, or has failed and kept nothing; a gateway's 502–504 says nothing about the server behind it.
  if (there === false && error instanceof RejectedError) throw error;
  if (there === false && failure?.status === 500)
    throw new UnavailableError('Bluesky failed to store the post; nothing was sent.', { cause: error });
  throw new UncertainError(
    'The connection to Bluesky broke while posting; the answer may be public. Look on Bluesky before sending again.',
    { cause: error },
  );
}

/** Whether our record exists; null when even that cannot be found out. */
async function isThere(
  { session }: Sender,
  did: string,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<boolean | null> {
  const rkey = drafts[0]?.rkey ?? '';
  try {
    await session.call(
      'look for the post',
      signal,
      (agent) => agent.com.atproto.repo.getRecord({ repo: did, collection: POST, rkey }, { signal }),
      'answer',
    );
    return true;
  } catch (error) {
    if (error instanceof RejectedError && xrpcFailure(error.cause)?.error === 'RecordNotFound') return false;
    return null;
  }
}

/** Our post as readers will see it; the AppView itself shows it a moment later. */
function ownPost(
  { uri, record }: Draft,
  source: string,
  self: { readonly did: string; readonly handle: string },
  media: readonly Media[],
): Post {
  const { did, handle } = self;
  const { text, links } = readText(record.text, record.facets);
  return makePost({
    source,
    id: uri,
    conversationId: record.reply?.root.uri ?? uri,
    replyTo: record.reply?.parent.uri ?? null,
    via: record.reply ? 'reply' : 'comment',
    author: { id: did, name: handle, handle, url: profileUrl(self), avatarUrl: null },
    text,
    lang: record.langs?.[0] ?? null,
    url: postUrl(uri, self),
    links: [...links],
    media: media.map(({ alt }) => ({ url: null, alt })),
    createdAt: Date.parse(record.createdAt),
    ours: true,
  });
}

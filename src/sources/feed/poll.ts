import { z } from 'zod';
import type { Check } from '../../domain/check.ts';
import { many } from '../../domain/text.ts';
import { messageOf } from '../../errors.ts';
import type { Batch, Dropped, SourceContext } from '../source.ts';
import { type FeedDocument, readDocument } from './document.ts';
import { changed, newestSaid, type Said, says } from './edits.ts';
import type { Entry } from './entry.ts';
import type { FeedConfig } from './feed.ts';
import { shortHash } from './markup.ts';
import { type Memory, recall, toCursor } from './memory.ts';
import { type Answer, requestFeed, type Validators } from './request.ts';
import { createThreads, idOf, withWordpressParent } from './threads.ts';
import { oursOf, type Surroundings, toPost } from './to-post.ts';

/** However long a publisher asks us to wait, a customer should not wait longer. */
const MAX_WAIT_MS = 3_600_000;
/** Fewer entries than these say nothing about a gap. */
const MIN_ENTRIES = 3;
/** More than any feed shows at once. */
const MAX_SEEN = 1_500;
const TRUST_MS = 24 * 3_600_000;
/**
 * WordPress takes the date of the newest comment for the time of the last change, so a comment that was written
 * earlier and approved later changes nothing: it would be "not modified" until the next comment.
 * get_lastcommentmodified() in wp-includes/comment.php.
 */
const WORDPRESS_TRUST_MS = 15 * 60_000;
const NO_VALIDATORS: Validators = { etag: null, modified: null };

type Page = Extract<Answer, { kind: 'document' }>;

/** Reads one feed: what it remembers is in the cursor, and in the cache only what may be lost. */
export function createReader(config: FeedConfig, context: SourceContext) {
  const { clock, log } = context;
  const ours = oursOf(config.ours);
  const placesOf = createThreads(context.cache, config.comments);

  /** Asks where the feed has moved to, and at the configured address when it is no longer there. */
  async function ask(memory: Memory | null, signal: AbortSignal): Promise<Answer> {
    const moved = memory?.movedTo ?? null;
    const validators = memory && clock.now() < memory.trustUntil ? memory : NO_VALIDATORS;
    if (moved !== null) {
      try {
        return await requestFeed(moved, validators, context, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        log.info(
          { error: messageOf(error) },
          'the new address of the feed does not work; trying the configured one',
        );
        return requestFeed(config.url, NO_VALIDATORS, context, signal);
      }
    }
    return requestFeed(config.url, validators, context, signal);
  }

  function read(page: Page): FeedDocument {
    const document = readDocument(page.text, page.url);
    return document.info.wordpress
      ? { ...document, entries: document.entries.map(withWordpressParent) }
      : document;
  }

  /** @param entries each with when it was changed, where that is known */
  async function postsOf(document: FeedDocument, entries: ReadonlyMap<Entry, number | null>, url: string) {
    const { info } = document;
    const base = info.link !== null && URL.canParse(info.link, url) ? new URL(info.link, url).href : url;
    const around: Surroundings = {
      source: context.name,
      feedTitle: info.title,
      feedAuthor: info.author,
      feedLang: info.lang,
      lang: config.language,
      base: /^https?:/.test(base) ? base : url,
      ours,
      now: clock.now(),
    };
    const places = await placesOf(document.entries, around.base, info.wordpress);
    const posts = [];
    const broken = [...document.broken];
    for (const [entry, editedAt] of entries) {
      const place = places.get(entry);
      if (!place) continue;
      try {
        posts.push({ ...toPost(entry, place, around), editedAt });
      } catch (error) {
        const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
        broken.push({ key: shortHash(idOf(entry)), id: idOf(entry), why });
      }
    }
    return { posts, broken };
  }

  /** Leaves out what was there before we came, and what was delivered in these words. */
  function sift(entries: readonly Entry[], memory: Memory | null) {
    const now = clock.now();
    const since = memory?.since ?? now - config.lookback;
    const dates = entries.map((entry) => entry.date).filter((date) => date !== null);
    const floor = memory?.floor ?? Math.min(now, ...dates);
    const seen = new Set(memory?.seen ?? []);
    const fresh: Entry[] = [];
    const edited = new Map<Entry, number | null>();
    const said: Said = { ...memory?.said };
    const old: string[] = [];
    for (const entry of entries) {
      const hash = shortHash(idOf(entry));
      const edit = seen.has(hash) ? changed(entry, said[hash]) : null;
      if (edit) {
        edited.set(entry, edit.editedAt);
        said[hash] = edit.said;
      }
      if (seen.has(hash)) continue;
      // At the first connection an entry without a date may be years old.
      const isOld = memory ? (entry.date ?? now) < Math.min(since, floor) : (entry.date ?? 0) < since;
      if (isOld) old.push(hash);
      else {
        fresh.push(entry);
        said[hash] = says(entry);
      }
    }
    return { fresh, edited, said: newestSaid(said), old, since, floor };
  }

  async function remember(page: Page, document: FeedDocument, memory: Memory | null): Promise<Batch> {
    const now = clock.now();
    const { fresh, edited, said, old, since, floor } = sift(document.entries, memory);
    const wanted = new Map([...fresh.map((entry) => [entry, null] as const), ...edited]);
    const { posts, broken } = await postsOf(document, wanted, page.url);
    const seen = memory?.seen ?? [];
    const delivered = posts.map((post) => shortHash(post.id));
    // A feed shows its newest entries only. When all are new, some may have come and gone unseen.
    const missed =
      seen.length >= MIN_ENTRIES && fresh.length >= MIN_ENTRIES && fresh.length === document.entries.length;
    const reported = new Set(memory?.broken ?? []);
    const dropped: Dropped[] = broken
      .filter(({ key }) => !reported.has(key))
      .map(({ id, why }) => ({ id: id?.slice(0, 300) ?? null, why }));
    if (page.movedTo !== null && page.movedTo !== memory?.movedTo)
      log.info(
        { host: new URL(page.movedTo).host },
        'the feed has moved for good; put its new address into potluck.yaml',
      );
    const next: Memory = {
      v: 1,
      url: shortHash(config.url),
      at: now,
      since,
      floor,
      seen: [...new Set([...delivered, ...old, ...seen])].slice(0, MAX_SEEN),
      said,
      broken: broken.map(({ key }) => key).slice(0, MAX_SEEN),
      ...page.validators,
      trustUntil: now + (document.info.wordpress ? WORDPRESS_TRUST_MS : TRUST_MS),
      movedTo: page.movedTo ?? (page.url === memory?.movedTo ? memory.movedTo : null),
    };
    // Who writes `every` knows better than the publisher's default; a cache's freshness is a fact.
    const publisher = config.every === undefined ? document.info.everyMs : 0;
    return {
      posts,
      cursor: toCursor(next),
      waitMs: Math.min(Math.max(page.maxAgeMs, publisher), MAX_WAIT_MS),
      ...(dropped.length > 0 ? { dropped } : {}),
      ...(missed && memory ? { gap: { from: memory.at, to: now } } : {}),
    };
  }

  return {
    async poll(cursor: string | null, signal: AbortSignal): Promise<Batch> {
      signal.throwIfAborted();
      const memory = recall(cursor, config.url);
      const answer = await ask(memory, signal);
      if (answer.kind === 'document') return remember(answer, read(answer), memory);
      const waitMs = Math.min(answer.maxAgeMs, MAX_WAIT_MS);
      return { posts: [], cursor: memory ? toCursor({ ...memory, at: clock.now() }) : null, waitMs };
    },

    async check(signal: AbortSignal): Promise<readonly Check[]> {
      const { host } = new URL(config.url);
      try {
        const answer = await requestFeed(config.url, NO_VALIDATORS, context, signal);
        if (answer.kind === 'unchanged')
          return [{ ok: true, what: `reads the feed at ${host}`, remedy: null }];
        const { info, entries } = readDocument(answer.text, answer.url);
        const title = info.title.replace(/\s+/g, ' ').trim().slice(0, 80);
        const what = `reads ${title ? `“${title}”` : 'the feed'} at ${host}: ${many(entries.length, 'entry', 'entries')}`;
        return [{ ok: true, what, remedy: null }];
      } catch (error) {
        return [{ ok: false, what: `reads the feed at ${host}`, remedy: messageOf(error) }];
      }
    },
  };
}

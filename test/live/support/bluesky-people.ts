import { RichText } from '@atproto/api';
import type { Person } from './bluesky-network.ts';
import { until } from './bluesky-until.ts';

export interface Ref {
  readonly uri: string;
  readonly cid: string;
}

interface Extras {
  readonly langs?: readonly string[];
  readonly reply?: { readonly root: Ref; readonly parent: Ref };
  readonly quote?: Ref;
  /** Description of an attached picture. */
  readonly picture?: string;
  /** When the author says it was written, epoch ms. */
  readonly at?: number;
}

/** A small PNG. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Posts as a person would with any client. */
export async function sayOn(person: Person, text: string, extras: Extras = {}): Promise<Ref> {
  const { agent } = person;
  // Who answers has seen it: of an answer that is indexed before what it answers, the network tells nobody.
  for (const about of [extras.reply?.parent, extras.quote])
    if (about)
      await until(`${about.uri} is on the network`, 30_000, async () => {
        const posts = await thread(person, about.uri);
        return posts.length > 0;
      });
  const rich = new RichText({ text });
  await rich.detectFacets(agent);
  const blob =
    extras.picture === undefined
      ? undefined
      : (await agent.uploadBlob(PIXEL, { encoding: 'image/png' })).data.blob;
  const embed = blob
    ? { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: extras.picture ?? '' }] }
    : extras.quote
      ? { $type: 'app.bsky.embed.record', record: extras.quote }
      : undefined;
  const { uri, cid } = await agent.post({
    text: rich.text,
    ...(rich.facets ? { facets: rich.facets } : {}),
    ...(extras.langs ? { langs: [...extras.langs] } : {}),
    ...(extras.reply ? { reply: extras.reply } : {}),
    ...(embed ? { embed } : {}),
    createdAt: new Date(extras.at ?? Date.now()).toISOString(),
  });
  return { uri, cid };
}

/** What stands in a post's record, as far as tests look at it. */
interface Seen {
  readonly uri: string;
  readonly cid: string;
  readonly author: { readonly did: string };
  /** What hangs below it, as readers see it. */
  readonly embed?: object;
  readonly record: {
    readonly embed?: { readonly images: readonly { readonly image: { readonly ref: unknown } }[] };
    readonly text: string;
    readonly langs?: readonly string[];
    readonly reply?: { readonly root: Ref; readonly parent: Ref };
    readonly facets?: readonly { readonly features: readonly object[] }[];
  };
}

/** A thread from a post downwards, as that person sees it; empty while the network does not know it. */
export async function thread(person: Person, uri: string): Promise<readonly Seen[]> {
  const answer = await person.agent.getPostThread({ uri, depth: 10 }).catch(() => null);
  const found: Seen[] = [];
  const nodes: unknown[] = [answer?.data.thread];
  while (nodes.length > 0) {
    const node = nodes.shift() as { post?: Seen; replies?: unknown[] } | undefined;
    if (!node?.post) continue;
    found.push(node.post);
    nodes.push(...(node.replies ?? []));
  }
  return found;
}

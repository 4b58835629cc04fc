import { makePost, type Post, type Via } from '../../domain/post.ts';
import { permalink, postId, timeOf } from './ids.ts';
import type { Message } from './shapes.ts';
import { type Names, readable } from './text.ts';

/** A person, an app, or nobody known. */
export interface Author {
  readonly id: string;
  readonly name: string;
  readonly handle: string;
  readonly avatarUrl: string | null;
}

/** What turns a message into a post besides the message itself. */
export interface PostContext {
  readonly source: string;
  /** `https://crock.slack.com` */
  readonly workspace: string;
  readonly channelId: string;
  readonly author: Author;
  readonly via: Via;
  readonly ours: boolean;
  readonly names: Names;
}

/** The first message of the thread that a message is in; its own timestamp when it is in none. */
export function threadOf(message: Message): string {
  return message.thread_ts ?? message.ts;
}

/** One message as a post. Throws a ZodError when it is beyond use. */
export function messageToPost(message: Message, context: PostContext): Post {
  const { channelId, names } = context;
  const threadTs = threadOf(message);
  const own = readable(message.text, names);
  // A message that somebody passed on; previews of links only repeat what is behind them.
  const shared = message.attachments
    .filter((one) => one.is_share || (one.is_msg_unfurl && message.text === ''))
    .map((one) => readable(one.text, names))
    .filter((one) => one.text !== '');
  const quoted = shared.map(({ text }) =>
    text
      .split('\n')
      .map((line) => `> ${line}`)
      .join('\n'),
  );
  const parts = [own.text, ...quoted].filter((text) => text !== '');
  const fallback =
    parts.length === 0 ? message.attachments.map((one) => readable(one.fallback, names).text) : [];
  return makePost({
    source: context.source,
    id: postId(channelId, message.ts),
    conversationId: postId(channelId, threadTs),
    // Threads have one level: everything in one answers its first message.
    replyTo: threadTs === message.ts ? null : postId(channelId, threadTs),
    via: context.via,
    author: { ...context.author, url: null },
    text: [...parts, ...fallback].join('\n\n'),
    url: permalink(context.workspace, { channelId, ts: message.ts, threadTs }),
    links: [...new Set([...own.links, ...shared.flatMap((one) => one.links)])],
    media: message.files
      .filter((file) => file.mode !== 'tombstone')
      .map((file) => ({ url: file.permalink || null, alt: file.alt_txt || file.title || file.name })),
    createdAt: timeOf(message.ts),
    editedAt: message.edited ? timeOf(message.edited.ts) : null,
    ours: context.ours,
  });
}

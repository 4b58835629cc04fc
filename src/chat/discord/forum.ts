import type { Card } from '../../domain/card.ts';
import type { ItemState } from '../../domain/item.ts';
import type { Kind } from '../../domain/triage/verdict.ts';
import type { Channel } from './api.ts';

/** Forums: one post an item, with tags that the team made. The bot makes none: that would take “Manage Channels”. */

const STATE_TAGS: Readonly<Record<ItemState, string>> = {
  open: 'Open',
  claimed: 'Claimed',
  snoozed: 'Snoozed',
  answered: 'Answered',
  dismissed: 'Dismissed',
};
const KIND_TAGS: Readonly<Record<Kind, string>> = {
  complaint: 'Complaint',
  question: 'Question',
  comparison: 'Comparison',
  praise: 'Praise',
  'link-share': 'Link share',
  follow: 'Follow',
  mention: 'Mention',
  spam: 'Spam',
};
const URGENT = 'Urgent';
const PROMPT = 'Human post';

/** A post takes five tags (https://docs.discord.com/developers/resources/channel#channel-object-channel-structure). */
const MAX_TAGS = 5;

function key(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The tags that fit a card, by id, of those the forum has: its state first, then how urgent and what kind. */
export function tagsFor(card: Card, forum: Pick<Channel, 'available_tags'>): readonly string[] {
  const names = [
    STATE_TAGS[card.state],
    ...(card.urgency === 'urgent' && !card.closing ? [URGENT] : []),
    ...(card.origin === 'prompt' ? [PROMPT] : card.kinds.map((kind) => KIND_TAGS[kind])),
  ];
  const known = new Map((forum.available_tags ?? []).map((tag) => [key(tag.name), tag.id]));
  const ids = names.map((name) => known.get(key(name))).filter((id) => id !== undefined);
  return [...new Set(ids)].slice(0, MAX_TAGS);
}

/** Names of tags that would say something and are not there: states, and the kinds that want an answer. */
export function missingTags(forum: Pick<Channel, 'available_tags'>): readonly string[] {
  const known = new Set((forum.available_tags ?? []).map((tag) => key(tag.name)));
  const wanted = [
    ...Object.values(STATE_TAGS),
    URGENT,
    KIND_TAGS.complaint,
    KIND_TAGS.question,
    KIND_TAGS.praise,
    KIND_TAGS.comparison,
  ];
  return wanted.filter((name) => !known.has(key(name)));
}

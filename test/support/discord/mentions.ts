import type { AllowedMentions, Component, Json, Message } from './state.ts';

/** Every text of a message that Discord's server searches for mentions; embeds never notify. */
export function spokenTexts(content: string, components: readonly Component[]): string {
  const texts = [content];
  const walk = (each: Component): void => {
    if (each.type === 10) texts.push(each.content ?? '');
    for (const child of each.components ?? []) walk(child);
  };
  for (const each of components) walk(each);
  return texts.join('\n');
}

/** Whom a text notifies: `user:1`, `role:2`, `@everyone`, `@here`. The raw text counts, escaped or not. */
export function notified(text: string, allowed: AllowedMentions | null): readonly string[] {
  const may = (kind: 'users' | 'roles' | 'everyone', id?: string): boolean => {
    // Without the field everything that is mentioned is notified.
    if (allowed === null) return true;
    if (allowed.parse?.includes(kind)) return true;
    return kind !== 'everyone' && id !== undefined && (allowed[kind] ?? []).includes(id);
  };
  const found = new Set<string>();
  for (const [, id = ''] of text.matchAll(/<@!?(\d+)>/g)) if (may('users', id)) found.add(`user:${id}`);
  for (const [, id = ''] of text.matchAll(/<@&(\d+)>/g)) if (may('roles', id)) found.add(`role:${id}`);
  for (const [name] of text.matchAll(/@(?:everyone|here)\b/g)) if (may('everyone')) found.add(name);
  return [...found];
}

/**
 * Whom a message has notified. An ephemeral one notifies nobody. An edit rings for nobody, but it highlights the message
 * for whom it mentions: that counts where it was not meant, and not where it was.
 */
export function notifiedBy(message: Message): { readonly listed: string[]; readonly others: string[] } {
  const listed = new Set<string>();
  const others = new Set<string>();
  for (const { text, allowed, edit } of message.ephemeralFor === null ? message.said : [])
    for (const who of notified(text, allowed)) {
      const byName = who.startsWith('user:') && (allowed?.users ?? []).includes(who.slice(5));
      if (!byName) others.add(who);
      else if (!edit) listed.add(who);
    }
  return { listed: [...listed], others: [...others] };
}

export function readAllowed(body: Json): AllowedMentions | null {
  return (body.allowed_mentions as AllowedMentions | null | undefined) ?? null;
}

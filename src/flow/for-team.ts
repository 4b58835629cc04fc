import type { Item } from '../domain/item.ts';
import { type Post, readableText } from '../domain/post.ts';
import type { Routing } from '../domain/routing.ts';
import type { About } from '../domain/triage/team/example.ts';
import { movedReasons } from '../domain/triage/team/tell.ts';
import { type Team, weigh } from '../domain/triage/team/weigh.ts';
import type { Verdict } from '../domain/triage/verdict.ts';

/** What a head looks at in a post. */
export function aboutOf(
  post: Post,
  judged: Pick<Item, 'kinds' | 'answerDue' | 'priority'>,
  known: boolean,
): About {
  return {
    text: readableText(post),
    kinds: judged.kinds,
    source: post.source,
    via: post.via,
    lang: post.lang,
    authorId: post.author.id,
    links: post.links,
    known,
    answerDue: judged.answerDue,
    priority: judged.priority,
  };
}

/**
 * The verdict as this team sees it. Conditions of the routes never see it, so that what was learnt sends nothing elsewhere
 * and silences nothing; a priority that a rule names stays as it is.
 *
 * @param verdict with what the routes made of it
 */
export function forTeam(
  verdict: Verdict,
  post: Post,
  routing: Pick<Routing, 'fixed'>,
  known: boolean,
  team: Team,
): Verdict {
  if (routing.fixed || (team.role === null && team.head === null)) return verdict;
  const about = { ...aboutOf(post, verdict, known), reasons: verdict.reasons };
  const { priority, moved } = weigh(about, team);
  return { ...verdict, priority, reasons: [...verdict.reasons, ...movedReasons(about, moved, team)] };
}

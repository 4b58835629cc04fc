import { messageOf } from '../../errors.ts';
import type { Answer, Asked } from '../chat.ts';
import { TEAM_COMMANDS } from '../kit/team-commands.ts';
import type { Message } from './components.ts';
import { asker, type Desk, words } from './desk.ts';
import type { UsedCommand } from './interaction.ts';
import { answerMessage } from './notice.ts';
import { type Clicker, personId } from './people.ts';

/** Runs a team command; its answer is for the one who used it. */
export function teamAnswer(desk: Desk, clicker: Clicker, used: UsedCommand): Promise<Message> {
  const name = used.sub ?? '';
  const options: Record<string, string> = {};
  const specs = (Object.hasOwn(TEAM_COMMANDS, name) ? TEAM_COMMANDS[name] : undefined)?.options ?? {};
  for (const [option, value] of Object.entries(used.options)) {
    const text = String(value).trim();
    if (text === '') continue;
    if (specs[option]?.type === 'colleague') {
      options[option] = personId(text);
      options[`${option}.name`] = used.names[text] ?? text;
    } else options[option] = text;
  }
  return answered(desk, clicker, (asked) => desk.handlers().run(name, options, asked));
}

/** What is known of somebody is told in one way, however it is asked. @param who a name, a handle, or `#12` */
export function whoAnswer(desk: Desk, clicker: Clicker, who: string): Promise<Message> {
  return answered(desk, clicker, (asked) => desk.handlers().run('person', { author: who }, asked));
}

/** Does what a button or a line of a menu of a notice asks. */
export function noticePress(desk: Desk, clicker: Clicker, press: string): Promise<Message> {
  return answered(desk, clicker, (asked) => desk.handlers().press(press, asked));
}

async function answered(
  desk: Desk,
  clicker: Clicker,
  ask: (asked: Asked) => Promise<Answer>,
): Promise<Message> {
  try {
    const who = await asker(desk, clicker);
    if (!who.ok) return words(who.text);
    const [channel = null] = clicker.channels;
    const answer = await ask({ actor: who.actor, channel, tz: desk.timezone });
    const drawn = answer.notice?.picture;
    return answerMessage(answer, drawn ? await desk.handlers().picture(drawn.id) : null);
  } catch (error) {
    desk.log.error({ why: messageOf(error) }, 'a team command failed');
    return words('Something went wrong inside Potluck. Please try again in a minute.');
  }
}

import type { NoticePicture } from '../../domain/notice.ts';
import { messageOf } from '../../errors.ts';
import type { Answer } from '../chat.ts';
import { TEAM_COMMANDS, type TeamCommand } from '../kit/team-commands.ts';
import { readTyped } from '../kit/typed.ts';
import { asker, type Desk, type Listener, tell, words } from './desk.ts';
import { answerWords } from './notice.ts';
import type { Clicker } from './people.ts';
import { spoken } from './rich.ts';

/** What was typed after a team command, by option; people of the workspace by their user ids. */
export interface TypedOptions {
  readonly options: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, string>>;
}

const USER = /^<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>$/;

/** @param raw what stands after the command's name, escaped as Slack sends it */
export function readOptions(command: TeamCommand, raw: string): TypedOptions | null {
  const typed = readTyped(command, raw, {
    colleague: (token) => USER.exec(token)?.[1] ?? null,
    words: spoken,
  });
  return typed && { options: typed.options, users: typed.colleagues };
}

/** Runs a team command that was typed; its answer is for the one who typed it. */
export async function onTeamCommand(
  desk: Desk,
  clicker: Clicker,
  to: Listener,
  name: string,
  raw: string,
): Promise<void> {
  const command = Object.hasOwn(TEAM_COMMANDS, name) ? TEAM_COMMANDS[name] : undefined;
  const typed = command && readOptions(command, raw);
  if (!command) return tell(desk, to, words(`I do not know “${name}”. Try “help”.`));
  if (!typed) return tell(desk, to, words(`Write it like this: ${command.usage} – ${command.does}.`));
  await answered(desk, clicker, to, async (asked) => {
    const options: Record<string, string> = { ...typed.options };
    for (const [option, user] of Object.entries(typed.users)) {
      options[option] = desk.people.personId(user);
      options[`${option}.name`] = (await desk.people.profile({ id: user })).name;
    }
    return desk.handlers().run(name, options, asked);
  });
}

/** Does what a button of a notice asks. */
export async function onNoticePress(
  desk: Desk,
  clicker: Clicker,
  to: Listener,
  press: string,
): Promise<void> {
  await answered(desk, clicker, to, (asked) => desk.handlers().press(press, asked));
}

const CONVERSATION = 'your conversation with Potluck (Apps → Potluck → Messages)';

/** A file is for one pair of eyes: it goes into the conversation with the bot. */
async function hand(
  desk: Desk,
  clicker: Clicker,
  to: Listener,
  file: NonNullable<Answer['file']>,
): Promise<void> {
  try {
    const channel = await desk.web.openDm(clicker.id);
    await desk.web.upload({ channel, threadTs: null }, { ...file, alt: '' });
    await tell(desk, to, words(`${file.name} is in ${CONVERSATION}.`));
  } catch (error) {
    desk.log.warn({ why: messageOf(error) }, 'a file could not be handed over on Slack');
    const why =
      'Slack did not take the file. The app needs files:write and im:write: paste manifests/slack.json into its settings again and reinstall it. The command line has the same: README, “Run it for a team”.';
    await tell(desk, to, words(why));
  }
}

/** The words of a chart stand in the answer already: one that Slack does not take is a loss of comfort only. */
async function handPicture(
  desk: Desk,
  clicker: Clicker,
  to: Listener,
  { id, alt }: NoticePicture,
): Promise<void> {
  try {
    const picture = await desk.handlers().picture(id);
    if (!picture) return;
    const channel = await desk.web.openDm(clicker.id);
    const name = `chart.${picture.mime.split('/')[1] ?? 'png'}`;
    await desk.web.upload({ channel, threadTs: null }, { name, bytes: picture.bytes, alt });
    await tell(desk, to, words(`The chart is in ${CONVERSATION}.`));
  } catch (error) {
    desk.log.warn({ why: messageOf(error) }, 'a chart could not be handed over on Slack');
  }
}

async function answered(
  desk: Desk,
  clicker: Clicker,
  to: Listener,
  ask: (asked: Parameters<ReturnType<Desk['handlers']>['press']>[1]) => Promise<Answer>,
): Promise<void> {
  try {
    const who = await asker(desk, clicker);
    if (!who.ok) return await tell(desk, to, words(who.text));
    const { tz } = await desk.people.profile(clicker);
    const answer = await ask({ actor: who.actor, channel: to.channel, tz });
    await tell(desk, to, answerWords(answer));
    if (answer.file) await hand(desk, clicker, to, answer.file);
    else if (answer.notice?.picture) await handPicture(desk, clicker, to, answer.notice.picture);
  } catch (error) {
    desk.log.error({ why: messageOf(error) }, 'a team command failed');
    await tell(desk, to, words('Something went wrong inside Potluck. Please try again in a minute.'));
  }
}

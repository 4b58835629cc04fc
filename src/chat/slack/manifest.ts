/**
 * What the Slack app is, in tables: every Web API method the code calls with the scopes it needs, every event it
 * listens to, every command and shortcut. The manifest that people paste is generated from them, `web.ts` can only
 * call what stands here, and a test holds the two together, so that no scope is missing and none is asked for in vain.
 *
 * Not asked for, on purpose: `channels:read` (we never list channels), `chat:write.public` (a person invites the bot
 * where cards shall go), `users:read.email`, `im:history`.
 */

/**
 * Web API methods and the bot scopes of each. `channels:history` and `groups:history` are what finding a card again
 * after a crash costs (`conversations.history` with metadata): without them a restart could post a card twice. They
 * also carry the thread replies that begin with `draft:`, so threads cost no further scope.
 */
export const METHOD_SCOPES = {
  'auth.test': [],
  // https://docs.slack.dev/reference/methods/chat.getPermalink: no scope.
  'chat.getPermalink': [],
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  // A file for one person alone goes into their conversation with the bot.
  'conversations.open': ['im:write'],
  // The chart of a digest, and exports.
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.update': [],
  'views.publish': [],
} as const satisfies Record<string, readonly string[]>;

/**
 * Methods that only a team with `managerGroups` needs. Their scopes are not in the manifest: whoever wants them adds
 * them, and everybody else grants less.
 */
export const OPTIONAL_METHOD_SCOPES = { 'usergroups.users.list': ['usergroups:read'] } as const;
export type WebMethod = keyof typeof METHOD_SCOPES | keyof typeof OPTIONAL_METHOD_SCOPES;

/** The one method that takes the app-level token, and the scope that token needs. */
export const APP_METHOD_SCOPES = { 'apps.connections.open': ['connections:write'] } as const;
export type AppMethod = keyof typeof APP_METHOD_SCOPES;

/** Events by subscription name, each with the scopes Slack wants for it. */
export const EVENT_SCOPES = {
  app_home_opened: [],
  app_uninstalled: [],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  tokens_revoked: [],
} as const satisfies Record<string, readonly string[]>;

/** Slash commands and shortcuts need this one. */
const COMMAND_SCOPE = 'commands';

/** The field for files in a form, and fetching what was put there (pictures of drafts), need this one. */
export const FILES_SCOPE = 'files:read';

export const DEFAULT_COMMAND = '/potluck';

/** Shortcuts of the lightning menu, and of the menu of a message. */
export const SHORTCUTS = {
  next: {
    name: 'Next item',
    type: 'global',
    callback_id: 'potluck_next',
    description: 'Claims the most urgent conversation',
  },
  idea: {
    name: 'New human post',
    type: 'global',
    callback_id: 'potluck_idea',
    description: 'Writes a post of our own',
  },
  track: {
    name: 'Track in Potluck',
    type: 'message',
    callback_id: 'potluck_track',
    description: 'Makes an item of this message',
  },
} as const;

/** The bot scopes the app asks for, sorted: the union of the tables and nothing else. */
export function botScopes(): readonly string[] {
  const scopes = new Set<string>([COMMAND_SCOPE, FILES_SCOPE]);
  for (const table of [METHOD_SCOPES, EVENT_SCOPES])
    for (const needed of Object.values(table)) for (const scope of needed) scopes.add(scope);
  return [...scopes].sort();
}

/**
 * The app manifest (https://docs.slack.dev/reference/app-manifest): Socket Mode, because it needs no public address.
 * HTTP mode wants a `request_url` in three places, which only the team knows; the README says which.
 */
export function slackManifest(): object {
  return {
    display_information: {
      name: 'Potluck',
      description: 'Somebody wrote about us; a person of ours answers, soon.',
      background_color: '#7a3e1d',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'Potluck', always_online: true },
      shortcuts: Object.values(SHORTCUTS),
      slash_commands: [
        {
          command: DEFAULT_COMMAND,
          description: 'List, claim, draft, dismiss: what people say about us',
          usage_hint: 'help | list | next | claim 12 | draft 12 | who @author | stats | idea',
          // `@ana` arrives as `<@U123|ana>`: the only way to know whom to assign to.
          should_escape: true,
        },
      ],
    },
    oauth_config: { scopes: { bot: botScopes() } },
    settings: {
      event_subscriptions: { bot_events: Object.keys(EVENT_SCOPES).sort() },
      interactivity: { is_enabled: true },
      org_deploy_enabled: false,
      socket_mode_enabled: true,
      token_rotation_enabled: false,
    },
  };
}

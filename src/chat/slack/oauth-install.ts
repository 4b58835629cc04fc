import type { ServerResponse } from 'node:http';
import type { HTTPReceiver, InstallProviderOptions, webApi } from '@slack/bolt';
import type { ChatLog } from '../chat.ts';
import type { TokenBox } from './crypto.ts';
import type { Installations } from './installations.ts';
import { boltLogger } from './log.ts';
import { botScopes } from './manifest.ts';

/** The variables the OAuth flow reads. */
export interface OAuthValues {
  readonly SLACK_CLIENT_ID?: string | undefined;
  readonly SLACK_CLIENT_SECRET?: string | undefined;
  readonly SLACK_SIGNING_SECRET?: string | undefined;
  readonly SLACK_REDIRECT_URL?: string | undefined;
  readonly SLACK_API_URL?: string | undefined;
}

const INSTALL_PATH = '/slack/install';
const REDIRECT_PATH = '/slack/oauth_redirect';

/** Where people begin an installation, as far as we know our own public address. */
export function installPage({ SLACK_REDIRECT_URL }: OAuthValues): string {
  return SLACK_REDIRECT_URL === undefined ? INSTALL_PATH : new URL(INSTALL_PATH, SLACK_REDIRECT_URL).href;
}

/**
 * The HTTP door with the SDK's OAuth flow: `/slack/install` leads to Slack with a signed state that is bound to the
 * browser by a cookie, `/slack/oauth_redirect` takes the code back. A workspace that is not listed is turned away before
 * anything is stored: a distributed app can be installed by anybody who finds the address.
 */
export function oauthReceiver(
  bolt: { readonly HTTPReceiver: typeof HTTPReceiver },
  values: OAuthValues,
  deps: {
    readonly installations: Installations;
    readonly box: TokenBox;
    readonly isListed: (teamId: string) => boolean;
    readonly clientOptions: webApi.WebClientOptions;
    readonly log: ChatLog;
  },
): HTTPReceiver {
  const page = installPage(values);
  const authorizationUrl = authorizeUrl(values.SLACK_API_URL);
  return new bolt.HTTPReceiver({
    logger: boltLogger(deps.log),
    signingSecret: values.SLACK_SIGNING_SECRET ?? '',
    clientId: values.SLACK_CLIENT_ID ?? '',
    clientSecret: values.SLACK_CLIENT_SECRET ?? '',
    stateSecret: deps.box.derive('slack-oauth-state'),
    installationStore: deps.installations.forSdk,
    scopes: [...botScopes()],
    ...(values.SLACK_REDIRECT_URL === undefined ? {} : { redirectUri: values.SLACK_REDIRECT_URL }),
    installerOptions: {
      directInstall: true,
      installPath: INSTALL_PATH,
      redirectUriPath: REDIRECT_PATH,
      clientOptions: { ...deps.clientOptions },
      ...(authorizationUrl === null ? {} : { authorizationUrl }),
      callbackOptions: {
        async afterInstallation({ team, isEnterpriseInstall }, _options, _request, response) {
          if (team && !isEnterpriseInstall && deps.isListed(team.id)) return true;
          const id = team?.id ?? 'a whole organisation';
          deps.log.warn({ team: id }, 'a workspace that is not listed wanted to install the Slack app');
          say(
            response,
            403,
            team && !isEnterpriseInstall
              ? `Potluck does not know the workspace ${id} yet, so nothing was connected. Whoever runs Potluck adds ${id} under chats.slack.workspaces in potluck.yaml; then open ${page} again.`
              : `Potluck is installed by workspace, not for ${id}. Open ${page} again and choose a workspace.`,
          );
          return false;
        },
        success({ team }, _options, _request, response) {
          deps.log.info({ team: team?.id }, 'the Slack app was installed');
          say(
            response,
            200,
            `Potluck is in ${team?.name ?? team?.id ?? 'the workspace'} now. Next, in each channel that shall get cards: /invite @Potluck`,
          );
        },
        failure(error, _options, _request, response) {
          const [status, words] = failureWords(error.code);
          say(response, status, `${words} Open ${page} to begin again.`);
        },
      },
    },
  });
}

function failureWords(code: string): readonly [number, string] {
  switch (code) {
    case 'slack_oauth_invalid_state':
    case 'slack_oauth_missing_state':
    case 'slack_oauth_missing_code':
      return [
        400,
        'This installation was not begun in this browser, or more than ten minutes ago. Nothing was connected.',
      ];
    case 'slack_oauth_installer_authorization_error':
      return [400, 'The installation was cancelled. Nothing was connected.'];
    default:
      return [
        502,
        'The installation did not go through; the log of Potluck says why. Nothing was connected.',
      ];
  }
}

/** Plain text: what Slack or a stranger sends us is never markup. */
function say(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${words}\n`);
}

/** GovSlack signs in elsewhere (https://docs.slack.dev/govslack); a proxy of the Web API does not. */
function authorizeUrl(
  apiUrl: string | undefined,
): NonNullable<InstallProviderOptions['authorizationUrl']> | null {
  if (apiUrl === undefined || !/(^|\.)slack-gov\.com$/.test(new URL(apiUrl).hostname)) return null;
  return 'https://slack-gov.com/oauth/v2/authorize';
}

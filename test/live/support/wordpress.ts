import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A blog with one article that can be commented on. */
export interface WordPress {
  readonly url: string;
  /** The feed of all comments. */
  readonly commentsFeed: string;
  /** The article's own page. */
  readonly article: string;
  /** Writes a comment by the form below the article, as a visitor does; returns its id. */
  visitorComments(comment: { name: string; text: string; parent?: number }): Promise<number>;
  /** Answers by the REST API, as the blog's own app does; returns the comment's id. */
  editorComments(comment: { text: string; parent: number }): Promise<number>;
  stop(): Promise<void>;
}

/** The editor's name below comments. */
export const EDITOR = 'Lea of Crockhaven';
const SOURCE = '/usr/share/wordpress';
const DEADLINE_MS = 30_000;

const onPath = (program: string): boolean =>
  !spawnSync(program, ['--version'], { stdio: 'ignore', env: environment() }).error;

/** Debian keeps daemons in sbin, which is not on everybody's PATH. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
}

/** Why it cannot run here, in words; null when it can. */
export function wordpressMissing(): string | null {
  const programs = ['mariadbd', 'mariadb-install-db', 'php'].filter((program) => !onPath(program));
  const missing = existsSync(join(SOURCE, 'wp-includes/version.php')) ? programs : [...programs, 'wordpress'];
  if (missing.length === 0) return null;
  return `not installed: ${missing.join(', ')}; run test/live/install-debian.sh as root on Debian`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port to be had');
  return address.port;
}

/** Waits for the thing itself. */
async function ready(what: string, process: ChildProcess, log: () => string, probe: () => Promise<boolean>) {
  const end = Date.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (process.exitCode !== null) throw new Error(`${what} ended at once: ${log()}`);
    if (Date.now() > end) throw new Error(`${what} did not start within ${DEADLINE_MS} ms: ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function started(command: string, args: readonly string[], cwd: string) {
  let log = '';
  const child = spawn(command, [...args], { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return {
    child,
    log: () => log,
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** A MariaDB of one's own: a temporary folder, a private socket, no network. */
async function startDatabase(base: string) {
  const data = join(base, 'database');
  const socket = join(base, 'db.sock');
  const user = process.getuid?.() === 0 ? 'mysql' : userInfo().username;
  mkdirSync(data);
  if (process.getuid?.() === 0) {
    const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' })),
    );
    for (const folder of [base, data]) chownSync(folder, uid, gid);
  }
  const common = ['--no-defaults', `--datadir=${data}`, `--user=${user}`];
  const install = [
    ...common,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
  ];
  execFileSync('mariadb-install-db', install, { env: environment(), stdio: 'pipe' });
  const server = started(
    'mariadbd',
    [
      ...common,
      `--socket=${socket}`,
      '--skip-networking',
      '--innodb-buffer-pool-size=32M',
      `--pid-file=${base}/db.pid`,
    ],
    base,
  );
  const query = (sql: string): boolean =>
    spawnSync('mariadb', ['--no-defaults', '-uroot', `--socket=${socket}`, '-e', sql], { stdio: 'ignore' })
      .status === 0;
  await ready('MariaDB', server.child, server.log, async () => query('SELECT 1'));
  if (!query('CREATE DATABASE wordpress CHARACTER SET utf8mb4')) throw new Error('no database for WordPress');
  return { socket, stop: server.stop };
}

const php = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

function configuration(socket: string, url: string): string {
  const settings = {
    DB_NAME: 'wordpress',
    DB_USER: 'root',
    DB_PASSWORD: '',
    DB_HOST: `localhost:${socket}`,
    WP_HOME: url,
    WP_SITEURL: url,
    // Application passwords work over plain http only on a "local" site.
    WP_ENVIRONMENT_TYPE: 'local',
    WP_DEFAULT_THEME: 'plain',
  };
  const flags = ['WP_HTTP_BLOCK_EXTERNAL', 'DISABLE_WP_CRON', 'AUTOMATIC_UPDATER_DISABLED'];
  return [
    '<?php',
    ...Object.entries(settings).map(([name, value]) => `define(${php(name)}, ${php(value)});`),
    ...flags.map((name) => `define(${php(name)}, true);`),
    "$table_prefix = 'wp_';",
    "if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');",
    "require_once ABSPATH . 'wp-settings.php';",
  ].join('\n');
}

/** No mail leaves, and visitors may write faster than one comment in 15 s. */
const PLUGIN = `<?php
add_filter('pre_wp_mail', '__return_true');
add_filter('comment_flood_filter', '__return_false', 99);
`;

/** What a person would click through: installing, the editor's account, an article, comments without waiting. */
const INSTALL = `<?php
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Crockhaven', 'editor', 'editor@crockhaven.example', true, '', wp_generate_password());
wp_update_user(['ID' => 1, 'display_name' => ${php(EDITOR)}]);
foreach (['comment_moderation' => 0, 'comment_previously_approved' => 0, 'comments_notify' => 0] as $name => $value)
  update_option($name, $value);
foreach (get_comments() as $comment) wp_delete_comment($comment->comment_ID, true);
$article = wp_insert_post(['post_title' => 'The new pot', 'post_content' => 'It holds five litres.', 'post_status' => 'publish', 'post_author' => 1, 'comment_status' => 'open']);
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'live test']);
echo json_encode(['article' => $article, 'password' => $password]);
`;

/** Starts a blog in a temporary folder, with PHP's own single-worker server. Takes a few seconds. */
export async function startWordPress(): Promise<WordPress> {
  const base = mkdtempSync(join(tmpdir(), 'potluck-wordpress-'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
    rmSync(base, { recursive: true, force: true });
  };
  try {
    const database = await startDatabase(base);
    stops.push(database.stop);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const site = join(base, 'site');
    cpSync(SOURCE, site, { recursive: true, dereference: true, filter: existsSync });
    for (const folder of ['themes/plain', 'mu-plugins', 'plugins'])
      mkdirSync(join(site, 'wp-content', folder), { recursive: true });
    writeFileSync(join(site, 'wp-content/themes/plain/style.css'), '/* Theme Name: Plain */');
    writeFileSync(join(site, 'wp-content/themes/plain/index.php'), '<?php echo get_bloginfo("name");');
    writeFileSync(join(site, 'wp-content/mu-plugins/quiet.php'), PLUGIN);
    writeFileSync(join(site, 'wp-config.php'), configuration(database.socket, url));
    writeFileSync(join(site, 'install-once.php'), INSTALL);
    const told = execFileSync('php', ['-d', 'display_errors=stderr', 'install-once.php'], {
      cwd: site,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const { article, password } = JSON.parse(told.slice(told.lastIndexOf('{'))) as {
      article: number;
      password: string;
    };
    rmSync(join(site, 'install-once.php'));
    const server = started('php', ['-S', `127.0.0.1:${port}`, '-t', site], site);
    stops.push(server.stop);
    await ready('PHP', server.child, server.log, async () => {
      const answer = await fetch(`${url}/?feed=comments-rss2`).catch(() => null);
      return answer?.ok === true;
    });
    return { ...doors(url, article, password), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How people and their apps write comments. */
function doors(url: string, article: number, password: string): Omit<WordPress, 'stop'> {
  return {
    url,
    commentsFeed: `${url}/?feed=comments-rss2`,
    article: `${url}/?p=${article}`,
    async visitorComments({ name, text, parent = 0 }) {
      const answer = await fetch(`${url}/wp-comments-post.php`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({
          author: name,
          email: `${name.toLowerCase()}@customers.example`,
          comment: text,
          comment_post_ID: String(article),
          comment_parent: String(parent),
        }),
      });
      const id = /#comment-(\d+)/.exec(answer.headers.get('location') ?? '')?.[1];
      if (!id)
        throw new Error(`the comment was not taken: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
      return Number(id);
    },
    async editorComments({ text, parent }) {
      const answer = await fetch(`${url}/?rest_route=/wp/v2/comments`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`editor:${password}`).toString('base64')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ post: article, parent, content: text }),
      });
      const told = (await answer.json()) as { id?: number };
      if (!answer.ok || told.id === undefined)
        throw new Error(`the answer was not taken: ${JSON.stringify(told)}`);
      return told.id;
    },
  };
}

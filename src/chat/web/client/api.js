/** @typedef {import('../../../domain/card.ts').Card} Card */

/**
 * What the room answered. `code` and `text` are set when it said no; status 0 means that there was no answer.
 *
 * @typedef {{ readonly ok: boolean, readonly status: number, readonly code: string, readonly text: string, readonly data: any }} Answer
 */

/**
 * Asks the room. Never throws: a person reads what went wrong.
 *
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {unknown} [body] a Blob is sent as it is, anything else as JSON
 * @returns {Promise<Answer>}
 */
export async function ask(method, path, body) {
  const file = body instanceof Blob;
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(method === 'POST'
        ? {
            headers: { 'content-type': file ? 'application/octet-stream' : 'application/json' },
            body: file ? body : JSON.stringify(body ?? {}),
          }
        : {}),
    });
    if (response.status === 401 && path !== '/api/login') location.assign('/login');
    const data = await response.json();
    return {
      ok: response.ok,
      status: response.status,
      code: String(data.code ?? ''),
      text: String(data.text ?? ''),
      data,
    };
  } catch {
    const text = 'Potluck does not answer. Your words are still here; please try again in a moment.';
    return { ok: false, status: 0, code: 'offline', text, data: {} };
  }
}

// api.js - the JSON routes.  Every function throws an Error with a message for the viewer.

/** The JSON that `path` answers with. */
export async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Accept: 'application/json' }, ...options });
  } catch {
    throw new Error('The server could not be reached.');
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw Object.assign(new Error(body.detail || `The server answered ${answer.status}.`), { watching: body.watching });
  }
  return body;
}

export const listCases = async () => (await ask('/api/cases')).cases;

export const readCase = (id) => ask(`/api/cases/${encodeURIComponent(id)}`);

// Starts a failed or canceled job again.
export const beginJob = (caseId) =>
  ask('/api/jobs', {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify({ caseId }),
  });

/** The name of this page, so that the server does not count its own stream as another viewer. */
export const viewer = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');

/** While others watch, the job goes on, and the Error holds their number as `watching`. */
export const cancelJob = (id) =>
  ask(`/api/jobs/${encodeURIComponent(id)}/cancel?viewer=${viewer}`, { method: 'POST' });

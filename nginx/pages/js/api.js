// api.js - the JSON routes.  Every function throws an Error whose message is for people.

async function ask(path, options) {
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

// A job that failed or was canceled is begun anew.
export const beginJob = (caseId) =>
  ask('/api/jobs', {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify({ caseId }),
  });

/** What this page calls itself, so that its own stream is not taken for somebody else's. */
export const viewer = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');

/** The Error says `watching`, how many, where others watch: then the job goes on. */
export const cancelJob = (id) =>
  ask(`/api/jobs/${encodeURIComponent(id)}/cancel?viewer=${viewer}`, { method: 'POST' });

// api.js - the JSON routes.  Every function throws an Error whose message is for people.

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Accept: 'application/json' }, ...options });
  } catch {
    throw new Error('The server could not be reached.');
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail || `The server answered ${answer.status}.`);
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

export const cancelJob = (id) =>
  ask(`/api/jobs/${encodeURIComponent(id)}/cancel`, { method: 'POST' });

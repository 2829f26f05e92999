// api.js - the routes that the storyboard needs.  Every function throws a Refusal with a message for the person; one of a
// case with mistakes has `errors`.

import { base } from '../api.js';
import { Refusal } from '../client.js';

const KEY = 'casecast-write-key';
let key = sessionStorage.getItem(KEY) ?? '';

/** The key of those who may write, for as long as this tab is open. */
export function useKey(text) {
  key = text;
  sessionStorage.setItem(KEY, text);
}

async function refusalOf(answer) {
  const { detail, errors = [] } = await answer.json().catch(() => ({}));
  return Object.assign(new Refusal(detail || `The server answered ${answer.status}.`, answer.status), { errors });
}

/** fetch() with our key; an answer that is no success is a Refusal. */
async function send(method, path, { body, headers = {}, signal } = {}) {
  let answer;
  try {
    answer = await fetch(base + path, {
      method, body, signal, headers: { Accept: 'application/json', ...(key && { Authorization: `Bearer ${key}` }), ...headers },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal('The server could not be reached.', 0);
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

const sendJson = (method, path, json, { headers = {}, signal } = {}) =>
  send(method, path, { body: JSON.stringify(json), headers: { 'Content-Type': 'application/json', ...headers }, signal });

/** { mayWrite, why } */
export const readEditor = async () => (await send('GET', '/api/editor')).json();

const tagged = async (answer) => ({ json: await answer.json(), etag: answer.headers.get('ETag') });

/** { json, etag } */
export const readCase = async (id) => tagged(await send('GET', `/api/cases/${encodeURIComponent(id)}`));

/** `id` null: a new case, whose id is in `json`.  { json, etag } */
export async function writeCase(id, json, etag) {
  if (id === null) return tagged(await sendJson('POST', '/api/cases', json));
  const headers = etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag };
  return tagged(await sendJson('PUT', `/api/cases/${encodeURIComponent(id)}`, json, { headers }));
}

/** { file, kind } of a picture or a sound. */
export const sendFile = async (blob) =>
  (await send('POST', '/api/files', { body: blob, headers: { 'Content-Type': 'application/octet-stream' } })).json();

/** The frame of this case, as a Blob; `moment` is { t } or { scene, at }, `scene` from 1. */
export async function drawStill(json, moment, width, signal) {
  const query = new URLSearchParams({ ...moment, width });
  return (await sendJson('POST', `/api/still?${query}`, json, { headers: { Accept: 'image/jpeg, application/json' }, signal })).blob();
}

/** When each scene of this case is shown: { seconds, scenes: [{ start, seconds }], … }. */
export const drawPlan = async (json, signal) => (await sendJson('POST', '/api/plan', json, { signal })).json();

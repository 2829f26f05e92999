// send.mjs - sends requests of the document, and holds the answers against it.

import assert from 'node:assert/strict';
import { Reader } from '../kit/sse.mjs';
import { hold, operations, resolve, step, StreamCheck } from './document.mjs';

const site = process.env.CONTRACT_URL;
const WAIT_MS = 60_000;

/** The statuses that each operation had, by its name. */
export const had = new Map([...operations.keys()].map((name) => [name, new Set()]));

function urlOf({ path, parameters }, args) {
  const query = new URLSearchParams();
  const known = Object.fromEntries(parameters.map(([, parameter]) => [`${parameter.in} ${parameter.name}`, parameter]));
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(args[name]));
  for (const [name, value] of Object.entries(args)) {
    if (!known[`query ${name}`]) continue;
    if (Array.isArray(value)) value.forEach((one) => query.append(name, one));
    else if (typeof value === 'object') Object.entries(value).forEach(([key, one]) => query.append(key, one));
    else query.append(name, value);
  }
  return `${site}${filled}${query.size ? `?${query}` : ''}`;
}

// A request of the document is one that the document describes.
function holdRequest(name, { place, parameters }, { args, headers, body }) {
  for (const [at, parameter] of parameters) {
    const value = parameter.in === 'header' ? headers[parameter.name] : args[parameter.name];
    if (value !== undefined) hold(step(at, 'schema'), value, `${name}: ${parameter.name}`);
    else assert.ok(!parameter.required, `${name}: ${parameter.name} is missing`);
  }
  for (const key of Object.keys(args)) assert.ok(parameters.some(([, { name: known }]) => known === key), `${name}: ${key}`);
  if (body !== undefined) hold(step(place, 'requestBody', 'content', 'application/json', 'schema'), body, `${name}: body`);
}

function holdHeaders(name, at, answer) {
  for (const key of Object.keys(resolve(at)[1].headers ?? {})) {
    const [headerAt, header] = resolve(step(at, 'headers', key));
    const value = answer.headers.get(key);
    assert.ok(value !== null || !header.required, `${name}: the header ${key} is missing`);
    if (value !== null) hold(step(headerAt, 'schema'), value, `${name}: ${key}`);
  }
}

function readStream(name, path, text) {
  const items = [];
  const check = new StreamCheck(path);
  const reader = new Reader((item) => items.push(item));
  reader.take(Buffer.from(text));
  reader.finish();
  items.forEach((item) => check.take(item));
  return items.filter((item) => item.event);
}

/**
 * Sends a request, and expects one of these statuses.  `args` are the parameters in path and query; `wrong`: the request
 * is none that the document takes.  Resolves with [status, body]: JSON, the events of the stream, or the text.
 */
export async function sendAny(name, statuses, { args = {}, headers = {}, body, raw, wrong = false } = {}) {
  const operation = operations.get(name);
  if (!wrong) holdRequest(name, operation, { args, headers, body });
  const answer = await fetch(urlOf(operation, args), {
    method: operation.method.toUpperCase(),
    redirect: 'manual',
    signal: AbortSignal.timeout(WAIT_MS),
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const text = await answer.text();
  const { status } = answer;
  assert.ok(statuses.includes(status), `${name}: wanted ${statuses}, got ${status}: ${text.slice(0, 500)}`);
  had.get(name).add(String(status));
  assert.ok(operation.statuses.includes(String(status)), `${name}: the document lacks the status ${status}`);
  const at = step(operation.place, 'responses', status);
  holdHeaders(name, at, answer);
  return [status, holdBody(name, operation, at, answer, text)];
}

/** The same with one status; resolves with the body. */
export const send = async (name, status, request) => (await sendAny(name, [status], request))[1];

function holdBody(name, operation, at, answer, text) {
  const [, response] = resolve(at);
  const type = answer.headers.get('content-type')?.replace(/;.*/, '') ?? null;
  if (!response.content) {
    assert.equal(text, '', `${name}: a body that the document lacks`);
    return answer.headers;
  }
  assert.ok(type in response.content, `${name}: the document lacks the type ${type}`);
  if (type === 'text/event-stream') return readStream(name, operation.path, text);
  const value = /json$/.test(type) ? JSON.parse(text) : text;
  hold(step(at, 'content', type, 'schema'), value, name);
  if (type === 'application/problem+json') assert.equal(value.status, answer.status);
  return value;
}

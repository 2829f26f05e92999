// api.js - the routes of operators.  Every function throws an Error with a message for the operator.

import { ask } from '../api.js';

const PAGE = 20; // jobs

export const readOverview = () => ask('GET', '/api/operators');

/** A page of jobs, { jobs, next }: `query` is { state } or { order }; `after` is the `next` of the page before. */
export const readJobs = (query, after) =>
  ask('GET', `/api/jobs?${new URLSearchParams({ ...query, limit: PAGE, ...(after && { after }) })}`);

/** A page of webhooks, { hooks, next }. */
export const readHooks = (after) =>
  ask('GET', `/api/operators/hooks?${new URLSearchParams({ limit: 8, ...(after && { after }) })}`);

const act = (id, what, body = {}) => ask('POST', `/api/operators/jobs/${encodeURIComponent(id)}/${what}`, body);

export const cancelJob = (id) => act(id, 'cancel');
export const retryJob = (id) => act(id, 'retry');
export const setPriority = (id, priority) => act(id, 'priority', { priority });

const KNOWN = new Set(['id', 'kind', 'state', 'priority', 'position', 'createdMs', 'startedMs', 'endedMs', 'progress',
  'result', 'error', 'traceparent', 'metadata', 'events']);

/** What a job is about: its JSON names it as its kind does. */
export const subjectOf = (job) => job[Object.keys(job).find((name) => !KNOWN.has(name))] ?? '';

// client.ts - casecast in a browser: its JSON routes, and the stream of a video through lost connections.
//
// api.d.ts has the types; it is made from fcgi/openapi.yaml.  ../pages/js/client.js, which the pages load, is made from
// this file by tsc.  `tests/contract/run --make` makes both, and tests/contract says when they are old.

import type { components, operations } from './api.js';

type Schemas = components['schemas'];
export type Case = Schemas['Case'];
export type CaseSummary = Schemas['CaseSummary'];
export type CaseList = Schemas['CaseList'];
export type CaseFilter = NonNullable<operations['listCases']['parameters']['query']>;
export type Job = Schemas['Job'];
export type JobList = Schemas['JobList'];
/** One member names what to work on: caseId, or that of a program, which ends with Id, too. */
export type JobRequest = Schemas['JobRequest'] & { [subject: `${string}Id`]: string | undefined };
export type JobFilter = NonNullable<operations['listJobs']['parameters']['query']>;

/** The named events of a video's job, with their data. */
export interface VideoEvents {
  job: Schemas['JobEvent'];
  progress: Schemas['ProgressEvent'];
  scene: Schemas['SceneEvent'];
  playable: Schemas['PlayableEvent'];
  done: Schemas['DoneEvent'];
  failed: Schemas['FailedEvent'];
  canceled: Schemas['CanceledEvent'];
}

/** A function that gets each event of a video by its name, and `lost` and `back` when the connection is. */
export type Tell = (...told: { [Name in keyof VideoEvents]: [name: Name, data: VideoEvents[Name]] }[keyof VideoEvents]
  | [name: 'lost' | 'back', data: undefined]) => void;

/** What a route says instead of its answer.  Its message is for the viewer. */
export class Refusal extends Error {
  /** `status`: 0 if the server could not be reached.  `watching`: so many others watch the job that was to end. */
  constructor(message: string, readonly status: number, readonly watching?: number) {
    super(message);
  }
}

const EVENTS = ['job', 'progress', 'scene', 'playable', 'done', 'failed', 'canceled'] as const;
const LAST: ReadonlySet<string> = new Set(['done', 'failed', 'canceled']);
const SETTLED_MS = 1200; // a connection that holds this long counts as restored
const WAIT_MS = [1000, 2000, 4000, 8000, 15000] as const;

export class Casecast {
  /**
   * `base`: the site and its CASECAST_PREFIX, without a slash at its end, as https://example.org/films; '' is the site of
   * the page.  `viewer`: the name of this page, so that the server does not count its own stream as another viewer.
   */
  constructor(readonly base = '', readonly viewer = randomName()) {}

  /** All cases. */
  async listCases(): Promise<CaseSummary[]> {
    return (await this.ask<CaseList>('GET', '/api/cases')).cases;
  }

  /** A page of them; with `query`, of those that hold all of its words. */
  pageOfCases(filter: CaseFilter): Promise<CaseList> {
    return this.ask('GET', `/api/cases?${search(filter)}`);
  }

  readCase(id: string): Promise<Case> {
    return this.ask('GET', `/api/cases/${encodeURIComponent(id)}`);
  }

  /** Creates a job, or finds it.  One that failed or was canceled begins anew. */
  createJob(body: JobRequest): Promise<Job> {
    return this.ask('POST', '/api/jobs', body);
  }

  readJob(id: string): Promise<Job> {
    return this.ask('GET', `/api/jobs/${encodeURIComponent(id)}`);
  }

  /** The jobs, newest first; for trusted addresses. */
  listJobs(filter: JobFilter = {}): Promise<JobList> {
    return this.ask('GET', `/api/jobs?${search(filter)}`);
  }

  /** While others watch, the job goes on, and the Refusal has their number. */
  cancelJob(id: string): Promise<Job> {
    return this.ask('POST', `/api/jobs/${encodeURIComponent(id)}/cancel?viewer=${encodeURIComponent(this.viewer)}`);
  }

  /**
   * Watches the video of a case; the request creates the job if there is none.  `tell` gets exactly one of the last
   * three events.  An EventSource reconnects by itself and resumes by event id, except after an error status.  Then a new
   * one is opened and the server replays all events, so `tell` may get an event twice.  Returns a function that stops
   * watching.  The job goes on.
   */
  watchVideo(caseId: string, tell: Tell): () => void {
    const query = new URLSearchParams({ caseId, viewer: this.viewer });
    return watch(`${this.base}/create/video?${query}`, tell);
  }

  /** The JSON that any route answers with. */
  async ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }) };
    let answer;
    try {
      answer = await fetch(this.base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    } catch {
      throw new Refusal('The server could not be reached.', 0);
    }
    const json = await answer.json().catch(() => ({}));
    if (answer.ok) return json as Answer;
    const { detail, watching } = json as Partial<Schemas['WatchedProblem']>;
    throw new Refusal(detail || `The server answered ${answer.status}.`, answer.status, watching);
  }
}

function search(filter: object): URLSearchParams {
  return new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
}

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
}

function watch(url: string, tell: Tell): () => void {
  const inform = tell as (name: string, data?: unknown) => void;
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let refusal = '', over = false, isLost = false, failures = 0;

  function stop() {
    over = true;
    clearTimeout(timer);
    source.close();
  }

  function hear(name: string, data: unknown) {
    if (over) return;
    if (LAST.has(name)) stop();
    inform(name, data);
  }

  // A refused request has no job and none of these events, only the tutorial's two messages.
  function hearMessage({ data }: MessageEvent<string>) {
    if (data.startsWith('error ')) refusal = data.slice('error '.length);
    if (data === 'finished_video' && refusal) setTimeout(() => hear('failed', { error: refusal }), 100);
  }

  function lose() {
    if (over) return;
    clearTimeout(timer);
    if (!isLost) inform('lost');
    isLost = true;
    if (source.readyState === EventSource.CLOSED) {
      timer = setTimeout(open, WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)]);
    }
  }

  function settle() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      failures = 0;
      if (isLost) inform('back');
      isLost = false;
    }, SETTLED_MS);
  }

  function open() {
    source = new EventSource(url);
    source.onopen = settle;
    source.onerror = lose;
    source.onmessage = hearMessage;
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => hear(name, JSON.parse(data)));
    }
  }

  open();
  return stop;
}

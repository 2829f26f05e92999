// client.ts - casecast in a browser: its JSON routes, and the stream of a video through lost connections.
//
// api.d.ts has the types; it is made from fcgi/openapi.yaml.  ../pages/js/client.js, which the pages load, is made from
// this file by tsc.  `tests/contract/run --make` makes both, and tests/contract says when they are old.
/** What a route says instead of its answer.  Its message is for the viewer. */
export class Refusal extends Error {
    status;
    watching;
    /** `status`: 0 if the server could not be reached.  `watching`: so many others watch the job that was to end. */
    constructor(message, status, watching) {
        super(message);
        this.status = status;
        this.watching = watching;
    }
}
const EVENTS = ['job', 'progress', 'scene', 'playable', 'done', 'failed', 'canceled'];
const LAST = new Set(['done', 'failed', 'canceled']);
const SETTLED_MS = 1200; // a connection that holds this long counts as restored
const WAIT_MS = [1000, 2000, 4000, 8000, 15000];
export class Casecast {
    base;
    viewer;
    /**
     * `base`: the site and its CASECAST_PREFIX, without a slash at its end, as https://example.org/films; '' is the site of
     * the page.  `viewer`: the name of this page, so that the server does not count its own stream as another viewer.
     */
    constructor(base = '', viewer = randomName()) {
        this.base = base;
        this.viewer = viewer;
    }
    /** All cases. */
    async listCases() {
        return (await this.ask('GET', '/api/cases')).cases;
    }
    /** A page of them; with `query`, of those that hold all of its words. */
    pageOfCases(filter) {
        return this.ask('GET', `/api/cases?${search(filter)}`);
    }
    readCase(id) {
        return this.ask('GET', `/api/cases/${encodeURIComponent(id)}`);
    }
    /** Creates a job, or finds it.  One that failed or was canceled begins anew. */
    createJob(body) {
        return this.ask('POST', '/api/jobs', body);
    }
    readJob(id) {
        return this.ask('GET', `/api/jobs/${encodeURIComponent(id)}`);
    }
    /** The jobs, newest first; for trusted addresses. */
    listJobs(filter = {}) {
        return this.ask('GET', `/api/jobs?${search(filter)}`);
    }
    /** While others watch, the job goes on, and the Refusal has their number. */
    cancelJob(id) {
        return this.ask('POST', `/api/jobs/${encodeURIComponent(id)}/cancel?viewer=${encodeURIComponent(this.viewer)}`);
    }
    /**
     * Watches the video of a case; the request creates the job if there is none.  `tell` gets exactly one of the last
     * three events.  An EventSource reconnects by itself and resumes by event id, except after an error status.  Then a new
     * one is opened and the server replays all events, so `tell` may get an event twice.  Returns a function that stops
     * watching.  The job goes on.
     */
    watchVideo(caseId, tell) {
        const query = new URLSearchParams({ caseId, viewer: this.viewer });
        return watch(`${this.base}/create/video?${query}`, tell);
    }
    /** The JSON that any route answers with. */
    async ask(method, path, body) {
        const headers = { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }) };
        let answer;
        try {
            answer = await fetch(this.base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
        }
        catch {
            throw new Refusal('The server could not be reached.', 0);
        }
        const json = await answer.json().catch(() => ({}));
        if (answer.ok)
            return json;
        const { detail, watching } = json;
        throw new Refusal(detail || `The server answered ${answer.status}.`, answer.status, watching);
    }
}
function search(filter) {
    return new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
}
function randomName() {
    return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
}
function watch(url, tell) {
    const inform = tell;
    let source;
    let timer;
    let refusal = '', over = false, isLost = false, failures = 0;
    function stop() {
        over = true;
        clearTimeout(timer);
        source.close();
    }
    function hear(name, data) {
        if (over)
            return;
        if (LAST.has(name))
            stop();
        inform(name, data);
    }
    // A refused request has no job and none of these events, only the tutorial's two messages.
    function hearMessage({ data }) {
        if (data.startsWith('error '))
            refusal = data.slice('error '.length);
        if (data === 'finished_video' && refusal)
            setTimeout(() => hear('failed', { error: refusal }), 100);
    }
    function lose() {
        if (over)
            return;
        clearTimeout(timer);
        if (!isLost)
            inform('lost');
        isLost = true;
        if (source.readyState === EventSource.CLOSED) {
            timer = setTimeout(open, WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)]);
        }
    }
    function settle() {
        clearTimeout(timer);
        timer = setTimeout(() => {
            failures = 0;
            if (isLost)
                inform('back');
            isLost = false;
        }, SETTLED_MS);
    }
    function open() {
        source = new EventSource(url);
        source.onopen = settle;
        source.onerror = lose;
        source.onmessage = hearMessage;
        for (const name of EVENTS) {
            source.addEventListener(name, ({ data }) => hear(name, JSON.parse(data)));
        }
    }
    open();
    return stop;
}

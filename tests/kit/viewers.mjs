// viewers.mjs - many viewers at once, each an EventSource: it connects again with Last-Event-ID after each end, and
// stops for good at 204 or at a response that is not an event stream.
//
//     node viewers.mjs [--n 10] [--once] [--roam] [--silent 5000] [--ms 120000] URL…
//
// Each of the URLs gets --n viewers (1).  --once: no viewer connects again.  After --ms (120,000) all viewers leave.
// --roam: there are --n viewers in all, and each goes to the next URL whenever it connects.  --silent: a viewer that
// got nothing for so many ms ends its connection.  At each SIGUSR2 the next viewer loses its connection.
// Their events are printed as JSON lines like those of sse.mjs, with "viewer" and "run" (0: its first connection):
//
//     {"viewer":3,"run":0,"t":4,"open":200}    or the status that ended it
//     {"viewer":3,"run":1,"t":900,"broken":"…"}   the connection ended without the end of the response
//     {"all":"open"}                           once, when every viewer has had its first frame
//     {"all":"over"}                           last, when no viewer will connect again
import http from 'node:http'
import { parseArgs } from 'node:util'
import { Reader } from './sse.mjs'

const { values: option, positionals: urls } = parseArgs({
    allowPositionals: true,
    options: {
        n: { type: 'string', default: '1' },
        ms: { type: 'string', default: '120000' },
        once: { type: 'boolean', default: false },
        roam: { type: 'boolean', default: false },
        silent: { type: 'string', default: '0' },
    },
})
const began = performance.now()
const agent = new http.Agent({ maxSockets: Infinity })
const print = (item) => console.log(JSON.stringify(item))

class Viewer {
    constructor(number, urls) {
        Object.assign(this, { number, urls, run: -1, lastId: '', retryMs: 500, isSeen: false })
    }

    tell(item) {
        print({ viewer: this.number, run: this.run, t: Math.round(performance.now() - began), ...item })
        if (item.id) this.lastId = item.id
        if (item.retry) this.retryMs = item.retry
        if (!this.isSeen && item.comment) {
            this.isSeen = true
            if (--unseen === 0) print({ all: 'open' })
        }
    }

    connect() {
        const url = this.urls[++this.run % this.urls.length]
        let isOver = false
        const ended = (why) => { // once, though a connection may report its end twice
            if (!isOver) this.#ended(why)
            isOver = true
        }
        const headers = { Accept: 'text/event-stream', ...(this.lastId && { 'Last-Event-ID': this.lastId }) }
        this.request = http.get(url, { agent, headers }, (response) => this.#read(url, response, ended))
        this.request.on('error', (error) => ended(error.message))
        this.request.setTimeout(Number(option.silent), () => this.request.destroy(new Error('silent')))
    }

    cut() {
        this.request.destroy()
    }

    #read(url, response, ended) {
        const isStream = /^text\/event-stream/.test(response.headers['content-type'] ?? '')
        this.tell({ open: response.statusCode })
        if (response.statusCode !== 200 || !isStream) {
            response.resume()
            leave()
            return
        }
        const reader = new Reader((item) => this.tell(item), url)
        response.on('data', (chunk) => reader.take(chunk))
        response.on('end', () => {
            reader.finish()
            ended()
        })
        response.on('error', (error) => ended(error.message))
    }

    #ended(why) {
        if (why) this.tell({ broken: why })
        if (option.once) leave()
        else setTimeout(() => this.connect(), this.retryMs)
    }
}

const n = Number(option.n)
const places = option.roam // each viewer's URLs, from the first one on
    ? Array.from({ length: n }, (_, i) => urls.map((_, k) => urls[(i + k) % urls.length]))
    : urls.flatMap((url) => Array.from({ length: n }, () => [url]))
const viewers = places.map((list, i) => new Viewer(i, list))
let unseen = viewers.length
let here = viewers.length

function leave() {
    if (--here === 0) over()
}

function over() {
    print({ all: 'over' })
    process.exit(0)
}

let cuts = 0
process.on('SIGUSR2', () => viewers[cuts++ % viewers.length].cut())
setTimeout(over, Number(option.ms))
for (const viewer of viewers) viewer.connect()

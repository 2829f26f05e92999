// sse.mjs - parses an event stream as strictly as its specification allows, and prints a line of JSON for each item.
//
//     curl -sN URL | node sse.mjs
//
//     {"t":12,"comment":"casecast"}                           t: ms since the reader began
//     {"t":12,"retry":1300}
//     {"t":13,"event":"message","id":"clock:1","data":"…"}    id: null where the frame carries none
//     {"t":13,"bad":"why this is no well-formed stream"}
//     {"t":14,"end":true}                                     the server closed, between two events
//
// A browser ignores many faults: an unknown field, half an event at the end, bytes that are not UTF-8.  A server that
// sends them has a bug, so they are reported as `bad`.
import { pathToFileURL } from 'node:url'
import { frameKeeper } from './frames.mjs'

export class Reader {
    /** `url`: where the stream comes from, for tests/contract. */
    constructor(tell, url) {
        const keep = frameKeeper(url)
        this.tell = (item) => {
            keep(item)
            tell(item)
        }
        this.text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
        this.rest = ''
        this.fields = []
    }

    take(chunk) {
        try {
            this.rest += this.text.decode(chunk, { stream: true })
        } catch {
            this.tell({ bad: 'bytes that are no UTF-8' })
            return
        }
        let end
        while ((end = this.rest.indexOf('\n')) >= 0) {
            const line = this.rest.slice(0, end)
            this.rest = this.rest.slice(end + 1)
            this.#line(line)
        }
    }

    finish() {
        if (this.rest || this.fields.length)
            this.tell({ bad: `the end comes inside an event: ${this.rest || this.fields.at(-1).join(': ')}` })
        this.tell({ end: true })
    }

    #line(line) {
        if (/[\r\0]/.test(line))
            this.tell({ bad: `CR or NUL in a line: ${JSON.stringify(line.slice(0, 80))}` })
        if (line === '')
            this.#dispatch()
        else if (line.startsWith(':'))
            this.tell({ comment: line.slice(1).trim() })
        else
            this.#field(line)
    }

    #field(line) {
        const [, name, value] = /^([^:]*)(?:: ?(.*))?$/su.exec(line)
        const once = name !== 'data' && this.fields.some((field) => field[0] === name)
        if (!['data', 'event', 'id', 'retry'].includes(name) || once)
            this.tell({ bad: `${once ? 'twice' : 'unknown field'}: ${line.slice(0, 80)}` })
        this.fields.push([name, value ?? ''])
    }

    #dispatch() {
        const all = this.fields
        const one = (name) => all.find((field) => field[0] === name)?.[1]
        const data = all.filter((field) => field[0] === 'data').map((field) => field[1])
        this.fields = []
        if (one('retry') !== undefined)
            this.tell(/^\d+$/.test(one('retry')) ? { retry: Number(one('retry')) } : { bad: `retry: ${one('retry')}` })
        if (data.length)
            this.tell({ event: one('event') ?? 'message', id: one('id') ?? null, data: data.join('\n') })
        else if (one('event') !== undefined || one('id') !== undefined)
            this.tell({ bad: `an event without data is never seen: ${JSON.stringify(all)}` })
    }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const began = performance.now()
    const tell = (item) => console.log(JSON.stringify({ t: Math.round(performance.now() - began), ...item }))
    const reader = new Reader(tell, process.env.STREAM_URL)
    process.stdin.on('data', (chunk) => reader.take(chunk))
    process.stdin.on('end', () => reader.finish())
}

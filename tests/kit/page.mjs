// page.mjs - runs a small page and its script without a browser: elements by id, and EventSource.
//
//     node page.mjs URL       runs until its EventSource is closed; then prints what the script has set, as JSON
import vm from 'node:vm'
import { Reader } from './sse.mjs'

const MOST_MS = 40000
const url = process.argv[2]

class EventSource {
    #listeners = new Map()
    #over = new AbortController()

    constructor(path) {
        this.#read(new URL(path, url)).catch((error) => this.#over.signal.aborted || console.log(JSON.stringify({ error: String(error) })))
    }

    addEventListener(name, listener) { this.#listeners.set(name, listener) }

    close() { this.#over.abort() }

    async #read(address) {
        const answer = await fetch(address, { headers: { Accept: 'text/event-stream' }, signal: this.#over.signal })
        const reader = new Reader(({ event, data }) => event && this.#listeners.get(event)?.({ data }))
        for await (const chunk of answer.body)
            reader.take(chunk)
    }
}

const html = await (await fetch(url)).text()
const elements = Object.fromEntries([...html.matchAll(/ id="(\w+)"/g)].map(([, id]) => [id, {}]))
const document = { getElementById: (id) => elements[id], body: { append: (text) => { elements.body = text } } }
const [, source] = /<script type="module" src="([^"]+)"><\/script>/.exec(html)
const script = await (await fetch(new URL(source, url))).text()

setTimeout(() => process.exit(1), MOST_MS).unref()
process.on('exit', () => console.log(JSON.stringify(elements)))
vm.runInNewContext(script, { document, EventSource, JSON })

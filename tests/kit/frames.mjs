// frames.mjs - keeps the frames that tests read, for tests/contract: if CONTRACT_FRAMES names a folder, each process
// writes a file there, a line of JSON for each frame, once.
//
//     {"path":"/create/video","kind":"video","event":"scene","id":"…","data":"…"}
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'

const folder = process.env.CONTRACT_FRAMES
const file = folder && `${folder}/${randomUUID()}.jsonl`
const seen = new Set()

const isOfVideo = (data) => /"case":"[^"]*"}$/.test(data) // of a `job` event, which is the first of a job's stream

/** Returns a function that gets each item of one stream from this URL. */
export function frameKeeper(url) {
    const path = /^https?:\/\/[^/]+(\/[^? ]*)/.exec(url ?? '')?.[1]
    if (!file || !path) return () => {}
    let kind = null
    return ({ event, id, data, retry }) => {
        if (event === 'job') kind = isOfVideo(data) ? 'video' : 'program'
        const line = JSON.stringify({ path, kind, event, id, data, retry })
        if ((!event && retry === undefined) || seen.has(line)) return
        seen.add(line)
        appendFileSync(file, `${line}\n`)
    }
}

// playlists.mjs - a player that reads the playlists of one video again and again, each time from the next machine, and
// asks for every file in them.  What a viewer was shown must stay: a file that is named can be fetched, and no playlist is
// shorter than an earlier one.
//
//     node playlists.mjs FOLDER URL…      the video's folder, where it finds their names, and its URL on each machine;
//                                         it ends at SIGTERM
//
// It prints a line for each fault, and at its end {"looks":40,"most":12}: playlists read, pieces in the longest.  A
// machine that can't be reached is no fault.
import fs from 'node:fs'
import http from 'node:http'

const PAUSE_MS = 60
const agent = new http.Agent({ maxSockets: Infinity })
const [folder, ...urls] = process.argv.slice(2)
const result = { looks: 0, most: 0 }
const pieces = new Map() // playlist: pieces when it was read last

// The status and the text, or null where nobody answers.
function get(url, method = 'GET') {
    return new Promise((resolve) => {
        const request = http.request(url, { agent, method, timeout: 2000 }, (response) => {
            let text = ''
            response.on('data', (chunk) => { text += chunk })
            response.on('end', () => resolve({ status: response.statusCode, text }))
            response.on('error', () => resolve(null))
        })
        request.on('timeout', () => request.destroy())
        request.on('error', () => resolve(null))
        request.end()
    })
}

const fault = (url, text) => console.log(JSON.stringify({ at: new Date().toISOString(), url, fault: text }))

function findPlaylists() {
    let names = []
    try { names = fs.readdirSync(folder) } catch { /* not there yet */ }
    for (const name of names.filter((name) => /^live-.*m3u8$/.test(name))) pieces.set(name, pieces.get(name) ?? 0)
}

async function look(url, playlist) {
    const before = pieces.get(playlist)
    const list = await get(`${url}/${playlist}`)
    if (!list) return
    if (list.status !== 200) {
        fault(url, `status ${list.status} for ${playlist}`)
        return
    }
    const n = list.text.match(/^#EXTINF/gm)?.length ?? 0
    pieces.set(playlist, n)
    if (n < before) fault(url, `the playlist had ${before} pieces and has ${n}`)
    result.looks++
    result.most = Math.max(result.most, n)
    for (const [, name] of list.text.matchAll(/(?:URI="|^)(live-[^"\n]+)/gm)) await lookAt(url, name, n)
}

async function lookAt(url, name, n) {
    const file = await get(`${url}/${name}`, 'HEAD')
    if (file && file.status !== 200) fault(url, `status ${file.status} for ${name}, of ${n} pieces`)
}

process.on('SIGTERM', () => {
    console.log(JSON.stringify(result))
    process.exit(0)
})
for (let i = 0; ; i++) {
    findPlaylists()
    for (const playlist of pieces.keys()) await look(urls[i % urls.length], playlist)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

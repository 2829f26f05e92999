// playlists.mjs - a player that reads the playlist of one video again and again, each time from the next machine, and
// asks for every file in it.  What a viewer was shown must stay: a file that is named can be fetched, and no playlist is
// shorter than an earlier one.
//
//     node playlists.mjs URL…      the video's folder on each machine; it ends at SIGTERM
//
// It prints a line for each fault, and at its end {"looks":40,"most":12}: playlists read, pieces in the longest.  A
// machine that can't be reached is no fault.
import http from 'node:http'

const PAUSE_MS = 60
const agent = new http.Agent({ maxSockets: Infinity })
const urls = process.argv.slice(2)
const result = { looks: 0, most: 0 }

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

async function look(url) {
    const before = result.most
    const list = await get(`${url}/live.m3u8`)
    if (!list) return
    if (list.status === 404 && before === 0) return
    if (list.status !== 200) {
        fault(url, `status ${list.status} for the playlist`)
        return
    }
    const n = list.text.match(/^#EXTINF/gm)?.length ?? 0
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
    await look(urls[i % urls.length])
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}

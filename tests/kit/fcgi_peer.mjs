// fcgi_peer.mjs - hostile FastCGI peers; prints what happened to their connections.
//
//     node fcgi_peer.mjs SOCKET KIND [CONNECTIONS]      (PEER_STOPS=PID for `late`)
//
// KIND is a name of the table below.  Prints "open" when all connections stand, then, when all are closed or after
// 25 s, one line: {"kind":"half","n":4,"closed":4,"answered":0,"longestMs":5012}.  `answered`: those that got bytes.
// While the socket's backlog is full, a connection is tried again.
import net from 'node:net'

const [BEGIN, ABORT, PARAMS, STDIN] = [1, 2, 4, 5]

function record(type, content = Buffer.alloc(0), { version = 1, id = 1, length = content.length } = {}) {
    return Buffer.concat([Buffer.from([version, type, id >> 8, id & 255, length >> 8, length & 255, 0, 0]), content])
}

const begin = (role = 1, options) => record(BEGIN, Buffer.from([0, role, 0, 0, 0, 0, 0, 0]), options)

function param(name, value) {
    const size = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([0x80 | (n >>> 24), (n >> 16) & 255, (n >> 8) & 255, n & 255]))
    return Buffer.concat([size(name.length), size(value.length), Buffer.from(name), Buffer.from(value)])
}

const params = (method, path) => record(PARAMS, Buffer.concat([param('REQUEST_METHOD', method), param('DOCUMENT_URI', path),
    param('QUERY_STRING', 'count=100&interval=100'), param('HTTP_ACCEPT', 'text/event-stream')]))
const whole = (method, path) => Buffer.concat([begin(), params(method, path), record(PARAMS), record(STDIN)])

// A file that says to be longer than what comes of it; a responder takes it, as more is there than it waits for.
const startOfFile = Buffer.concat([begin(), record(PARAMS, Buffer.concat([param('REQUEST_METHOD', 'POST'), param('DOCUMENT_URI', '/api/files'),
    param('CASECAST_EDITOR', '1'), param('CONTENT_LENGTH', '100000')])), record(PARAMS), record(STDIN, Buffer.alloc(40000))])

// What each kind sends first; `then` continues with the connection.
const kinds = {
    whole: { first: whole('GET', '/api/health/live') },
    silent: { first: Buffer.alloc(0) },
    half: { first: begin().subarray(0, 5) },
    halfParams: { first: Buffer.concat([begin(), params('GET', '/api/cases').subarray(0, 40)]) },
    slow: { first: Buffer.alloc(0), then: (socket) => byteByByte(socket, whole('GET', '/api/health/live')) },
    late: { first: Buffer.alloc(0), then: (socket) => late.push(socket) },
    version: { first: Buffer.concat([begin(1, { version: 7 }), params('GET', '/api/cases')]) },
    hugeName: { first: Buffer.concat([begin(), record(PARAMS, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x01, 0x41, 0x42]))]) },
    hugeValue: { first: Buffer.concat([begin(), record(PARAMS, Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0x41, 0x42]))]) },
    endlessParams: { first: begin(), then: endlessParams },
    shortParam: { first: Buffer.concat([begin(), record(PARAMS, Buffer.from([9, 9, 0x41])), record(PARAMS), record(STDIN)]) },
    role: { first: Buffer.concat([begin(77), params('GET', '/api/cases'), record(PARAMS), record(STDIN)]) },
    filter: { first: Buffer.concat([begin(3), params('GET', '/api/cases'), record(PARAMS), record(STDIN)]) },
    abort: { first: Buffer.concat([begin(), record(ABORT)]) },
    abortStream: { first: whole('GET', '/api/events'), then: (socket) => socket.once('data', () => socket.write(record(ABORT))) },
    babble: { first: whole('GET', '/api/events'), then: babble },
    unknownType: { first: Buffer.concat([record(99, Buffer.from('hello')), begin(), params('GET', '/api/cases'), record(PARAMS), record(STDIN)]) },
    noise: { first: Buffer.from('GET / HTTP/1.1\r\nHost: you took me for a web server\r\n\r\n') },
    noBody: { first: Buffer.concat([begin(), record(PARAMS, Buffer.concat([param('REQUEST_METHOD', 'POST'), param('DOCUMENT_URI', '/api/jobs'),
        param('CONTENT_TYPE', 'application/json'), param('CONTENT_LENGTH', '100')])), record(PARAMS), record(STDIN, Buffer.from('{"case'), { length: 100 })]) },
    shortFile: { first: Buffer.concat([startOfFile, record(STDIN)]) },
    stoppedFile: { first: startOfFile },
    hangUp: { first: whole('GET', '/api/events'), then: (socket) => socket.once('data', () => socket.destroy()) },
}

// Stops the responder when all connections stand and were accepted, and then sends the requests.
const late = []
function stopFirst() {
    process.kill(Number(process.env.PEER_STOPS), 'SIGTERM')
    setTimeout(() => { for (const socket of late) socket.write(whole('GET', '/api/health/live')) }, 30)
}

function byteByByte(socket, bytes) {
    let at = 0
    const timer = setInterval(() => (at < bytes.length && socket.writable ? socket.write(bytes.subarray(at, ++at)) : clearInterval(timer)), 1000)
}

// Sends one endless parameter, 64 KB at a time.
function endlessParams(socket) {
    const piece = record(PARAMS, Buffer.alloc(65535, 0x41))
    socket.write(record(PARAMS, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])))
    const more = () => { while (socket.writable && socket.write(piece)); }
    socket.on('drain', more)
    more()
}

// Sends more after its request, which no valid peer does.
function babble(socket) {
    const piece = Buffer.alloc(65536, 0x42)
    const more = () => { while (socket.writable && socket.write(piece)); }
    socket.on('drain', more)
    more()
}

process.on('SIGUSR2', stopFirst)

const [path, kind, n = '1'] = process.argv.slice(2)
const result = { kind, n: Number(n), closed: 0, answered: 0, longestMs: 0 }
let open = 0

function finish() {
    console.log(JSON.stringify(result))
    process.exit(0)
}

function connect() {
    const began = performance.now()
    let hasData = false
    const socket = net.connect(path, () => {
        if (++open === result.n) console.log('open')
        socket.write(kinds[kind].first)
        kinds[kind].then?.(socket)
    })
    socket.on('data', () => {
        if (!hasData) result.answered++
        hasData = true
    })
    let mustWait = false
    socket.on('error', (error) => { mustWait = error.code === 'EAGAIN' })
    socket.on('close', () => {
        if (mustWait) {
            setTimeout(connect, 20)
            return
        }
        result.longestMs = Math.max(result.longestMs, Math.round(performance.now() - began))
        if (++result.closed === result.n) finish()
    })
}

setTimeout(finish, 25000)
for (let i = 0; i < result.n; i++) connect()

// slow.mjs - a slow link: passes connections on to a server, and each byte some time later in each direction.
//
//     node slow.mjs PORT SERVER-PORT MS      it listens on all addresses; the server is on this host
import net from 'node:net'

const [port, serverPort, ms] = process.argv.slice(2).map(Number)

function pass(from, to) {
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), ms))
    from.on('end', () => setTimeout(() => to.end(), ms))
    from.on('close', () => setTimeout(() => to.destroy(), ms))
    from.on('error', () => {})
}

net.createServer({ allowHalfOpen: true }, (client) => {
    const server = net.connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true })
    pass(client, server)
    pass(server, client)
}).listen(port)

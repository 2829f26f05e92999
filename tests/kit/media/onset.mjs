// onset.mjs - when sounds begin: for 48 kHz mono s16 samples on stdin, the seconds at which it gets loud after at least
// a tenth of a second of quiet, one a line.  Loud is a tenth of the loudest sample.
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk))
process.stdin.on('end', () => {
    const bytes = Buffer.concat(chunks)
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
    const loud = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 10
    let last = -Infinity
    samples.forEach((sample, i) => {
        if (Math.abs(sample) < loud) return
        if (i - last > 4800) console.log((i / 48000).toFixed(4))
        last = i
    })
})

// onset.mjs - prints when sounds begin, in seconds, one a line.  Reads 48 kHz mono s16 samples from stdin.  A sound
// begins where a sample reaches a tenth of the loudest one, after at least 0.1 s below that.
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

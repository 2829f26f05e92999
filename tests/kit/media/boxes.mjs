// boxes.mjs - prints the types of the top-level boxes of an MP4 file, in order, on one line.
import { openSync, readSync, fstatSync } from 'node:fs'

const file = openSync(process.argv[2])
const size = fstatSync(file).size
const names = []
for (let at = 0, head = Buffer.alloc(16); at + 8 <= size;) {
    readSync(file, head, 0, 16, at)
    names.push(head.toString('latin1', 4, 8))
    const length = head.readUInt32BE(0)
    at += length === 1 ? Number(head.readBigUInt64BE(8)) : length || size
}
console.log(names.join(' '))

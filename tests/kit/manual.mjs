// manual.mjs - splits a manual in Markdown into steps, for docs.sh.
//
//     node manual.mjs steps MANUAL FOLDER     a folder for each fenced block: FOLDER/001/{kind,line,word,code,expected}
//     node manual.mjs match EXPECTED GOT      compares two files; … in the first stands for any text, alone on a line
//                                             for any lines
//     node manual.mjs links MANUAL…           prints each relative link, anchor or path of the code that has no target
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const lines = (file) => readFileSync(file, 'utf8').split('\n')

// --- blocks ------------------------------------------------------------------------------------------------

export function blocks(file) {
    const found = []
    let open = null
    lines(file).forEach((text, i) => {
        const fence = /^```(\S*) ?(\S*)/.exec(text)
        if (fence && open) {
            found.push(open)
            open = null
        } else if (fence) {
            open = { kind: fence[1], word: fence[2], line: i + 1, code: [] }
        } else if (open) {
            open.code.push(text)
        }
    })
    if (open)
        throw new Error(`${file}:${open.line}: the block has no end`)
    return found
}

// A console block is a step for each command; a line that ends with a backslash continues on the next one.
function commands(block) {
    const steps = []
    let goesOn = false
    block.code.forEach((text, i) => {
        if (text.startsWith('$ '))
            steps.push({ ...block, line: block.line + 1 + i, code: [text.slice(2)], expected: [] })
        else if (goesOn)
            steps.at(-1).code.push(text)
        else
            steps.at(-1).expected.push(text)
        goesOn = (goesOn || text.startsWith('$ ')) && text.endsWith('\\')
    })
    return steps
}

function writeSteps(file, folder) {
    const steps = blocks(file).flatMap((block) => (block.kind === 'console' ? commands(block) : [block]))
    steps.forEach((step, i) => {
        const at = join(folder, String(i + 1).padStart(3, '0'))
        mkdirSync(at, { recursive: true })
        for (const [name, value] of Object.entries(step))
            writeFileSync(join(at, name), Array.isArray(value) ? value.map((text) => `${text}\n`).join('') : String(value))
    })
}

// --- transcripts -------------------------------------------------------------------------------------------

const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function pattern(expected) {
    const parts = expected.trimEnd().split('\n').map((line) => (line === '…'
        ? '(?:[^\\n]*\\n)*?'
        : `${line.split('…').map(literal).join('[^\\n]*?')}\\n`))
    return new RegExp(`^${parts.join('')}$`)
}

function match(expected, got) {
    if (pattern(expected).test(`${got.replaceAll('\r\n', '\n').trimEnd()}\n`))
        return true
    console.log(`wanted:\n${expected}got:\n${got}`)
    return false
}

// --- links -------------------------------------------------------------------------------------------------

// Markdown without its blocks, which hold no links.
function prose(file) {
    let inside = false
    return lines(file).filter((text) => {
        const fence = text.startsWith('```')
        inside = inside !== fence
        return !inside && !fence
    })
}

// The anchor that GitHub makes of a heading.
const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
const anchors = (file) => prose(file).filter((text) => /^#+ /.test(text)).map((text) => anchor(text.replace(/^#+ /, '')))

function deadLink(manual, target) {
    const [path, name] = target.split('#')
    const file = path ? join(dirname(manual), path) : manual
    if (!existsSync(file))
        return true
    return name !== undefined && !anchors(file).includes(name)
}

function deadLinks(manual) {
    const text = prose(manual).join('\n')
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1]).filter((target) => !/^[a-z]+:/.test(target))
    const paths = [...text.matchAll(/`((?:common|fcgi|nginx|scripts|tests)\/[\w./-]+)`/g)].map((found) => found[1])
    return [...links.filter((target) => deadLink(manual, target)), ...paths.filter((path) => !existsSync(path))]
        .map((target) => `${relative('.', manual)}: ${target}`)
}

const [what, ...files] = process.argv.slice(2)
if (what === 'steps')
    writeSteps(...files)
else if (what === 'match')
    process.exitCode = match(...files.map((file) => readFileSync(file, 'utf8'))) ? 0 : 1
else if (what === 'links')
    files.flatMap(deadLinks).forEach((dead) => console.log(dead))

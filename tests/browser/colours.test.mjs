// colours.test.mjs - the frames that our program draws have the colours that this Chromium paints on a canvas: six
// patches of each picture file are compared.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { base, withPage } from './kit.mjs';

const build = process.env.CASECAST_BUILD ?? new URL('../../build-test', import.meta.url).pathname;
const [WIDTH, HEIGHT] = [1280, 720];
const COLUMNS = [1 / 6, 3 / 6, 5 / 6];
const ROWS = [1 / 4, 3 / 4];
const PLACES = ROWS.flatMap((y) => COLUMNS.map((x) => [x, y]));
const NEAR = 3; // levels of 255
const NEAR_10 = 4.5; // Chromium turns 10 bits into half floats, and paints up to 4 levels off the file's numbers

const folder = mkdtempSync(join(tmpdir(), 'casecast-colours-'));
after(() => rmSync(folder, { recursive: true }));

function run(program, ...args) {
  const done = spawnSync(join(build, 'tests/kit/media', program), args, { maxBuffer: 2 ** 30 });
  assert.equal(done.status, 0, `${program}: ${done.stderr}`);
  return done.stdout;
}

/** The mean of a square of a plane around a point; its sides are shares of the frame. */
function mean(plane, width, height, [x, y], half) {
  let sum = 0;
  for (let row = -half; row < half; row++) {
    for (let column = -half; column < half; column++) {
      sum += plane[Math.round(y * height + row) * width + Math.round(x * width + column)];
    }
  }
  return sum / (4 * half * half);
}

/** BT.709 in tv range to RGB. */
function rgbAt(frame, place) {
  const luma = frame.subarray(0, WIDTH * HEIGHT);
  const [blue, red] = [0, 1].map((i) => frame.subarray(WIDTH * HEIGHT * (4 + i) / 4, WIDTH * HEIGHT * (5 + i) / 4));
  const y = (mean(luma, WIDTH, HEIGHT, place, 8) - 16) / 219;
  const [u, v] = [blue, red].map((plane) => (mean(plane, WIDTH / 2, HEIGHT / 2, place, 4) - 128) / 224);
  const [r, b] = [y + 1.5748 * v, y + 1.8556 * u];
  const g = (y - 0.2126 * r - 0.0722 * b) / 0.7152;
  return [r, g, b].map((c) => 255 * Math.min(1, Math.max(0, c)));
}

/** The RGB of the six patches in the frame that our program draws. */
function drawn(name) {
  const scene = { image: name, seconds: 0.04, motion: 'still', transition: 'cut' };
  const file = join(folder, 'case.json');
  writeFileSync(file, JSON.stringify({ cases: [{ id: '1', title: '', size: '720p', scenes: [scene] }] }));
  mkdirSync(join(folder, 'out'), { recursive: true });
  const frames = run('draw_frames', file, folder, join(folder, 'out'));
  const start = frames.indexOf('FRAME\n') + 6;
  const frame = frames.subarray(start, start + WIDTH * HEIGHT * 3 / 2);
  return PLACES.map((place) => rgbAt(frame, place));
}

/** The RGB of the six patches as Chromium paints them, over white. */
function painted(page, name) {
  const bytes = readFileSync(join(folder, name)).toString('base64');
  return page.evaluate(async ([name, bytes, places]) => {
    const type = { jpg: 'image/jpeg' }[name.split('.').pop()] ?? `image/${name.split('.').pop()}`;
    const data = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([data], { type }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d', { colorSpace: 'srgb' });
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0);
    return places.map(([x, y]) => [...context.getImageData(
      Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data].slice(0, 3));
  }, [name, bytes, PLACES]);
}

/** A PNG as AVIF, whose boxes name these colours by number. */
function avif(from, name, layout, ...says) {
  const done = spawnSync('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, from), '-vf', 'scale=out_color_matrix=bt709:out_range=pc',
    '-pix_fmt', layout, '-c:v', 'libaom-av1', '-still-picture', '1', '-crf', '0', '-cpu-used', '8', '-color_range', 'pc',
    '-colorspace', 'bt709', ...says, join(folder, name)]);
  assert.equal(done.status, 0, String(done.stderr));
  return name;
}

test('every picture has the colours that Chromium paints', withPage({}, async (page) => {
  const names = run('paint_pictures', folder).toString().trim().split('\n');
  names.push(
    avif('plain.png', 'p3-named.avif', 'yuv420p', '-color_primaries', 'smpte432', '-color_trc', 'iec61966-2-1'),
    avif('deep.png', 'p3-10.avif', 'yuv420p10le', '-color_primaries', 'smpte432', '-color_trc', 'iec61966-2-1'),
    avif('deep.png', '2020-10.avif', 'yuv420p10le', '-color_primaries', 'bt2020', '-color_trc', 'bt709'));
  await page.goto(`${base}/basic.html`);
  const wrong = [];
  for (const name of names) {
    const [ours, theirs] = [drawn(name), await painted(page, name)];
    const most = Math.max(...ours.flatMap((rgb, i) => rgb.map((c, k) => Math.abs(c - theirs[i][k]))));
    if (process.env.COLOURS_SHOW) console.log(name, most.toFixed(1), JSON.stringify(theirs), JSON.stringify(ours.map((rgb) => rgb.map(Math.round))));
    if (most > (/-10\./.test(name) ? NEAR_10 : NEAR)) wrong.push(`${name}: ${most.toFixed(1)} levels off`);
  }
  assert.ok(names.length > 40);
  assert.deepEqual(wrong, []);
}));

// player.mjs - checks that the video on the page plays.

import assert from 'node:assert/strict';

export async function assertPlays(page, width, height) {
  const player = page.locator('#player');
  await player.waitFor();
  await player.evaluate((video) => video.play());
  await page.waitForFunction(() => document.getElementById('player').currentTime > 0.5, null, { timeout: 20_000 });
  const seen = await player.evaluate((video) => ({
    width: video.videoWidth,
    height: video.videoHeight,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    error: video.error?.message ?? null,
  }));
  assert.equal(seen.error, null);
  assert.equal(`${seen.width}×${seen.height}`, `${width}×${height}`);
  assert.ok(seen.frames > 0, 'no frame was shown');
}

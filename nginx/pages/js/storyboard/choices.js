// choices.js - the values that a person may choose, in words.  The first of each list is the server's default.

export const FILM = {
  shape: { label: 'Shape', values: [['', 'Wide, 16:9'], ['9:16', 'Upright, 9:16'], ['1:1', 'Square, 1:1'], ['4:5', 'Portrait, 4:5']] },
  size: { label: 'Size', values: [['', '1080p'], ['720p', '720p'], ['1440p', '1440p'], ['2160p', '2160p (4K)']] },
  captionPosition: { label: 'Captions', values: [['', 'At the bottom'], ['middle', 'In the middle'], ['top', 'At the top']] },
  titleCard: { label: 'Title', values: [['', 'Not shown'], [true, 'In large letters at the start']] },
  fades: { label: 'Start and end', values: [['', 'At once'], [true, 'From black and to black']] },
  credits: { label: 'Credits', values: [['', 'Not shown'], [true, 'At the end']] },
};

export const SCENE = {
  motion: {
    label: 'Motion',
    values: [['', 'Automatic'], ['in', 'Closer'], ['out', 'Away'], ['left', 'To the left'], ['right', 'To the right'],
      ['up', 'Up'], ['down', 'Down'], ['still', 'None']],
  },
  transition: {
    label: 'Transition',
    values: [['', 'Fade'], ['cut', 'Cut'], ['black', 'Through black'], ['slide', 'Slide'], ['wipe', 'Wipe']],
  },
  fit: { label: 'Picture', values: [['', 'Fills the frame'], ['blur', 'Whole, on a blurred ground']] },
};

/** What espeak-ng speaks that many people ask for; any other tag may be typed. */
export const LANGUAGES = ['en', 'en-gb', 'de', 'es', 'fr', 'it', 'nl', 'pt', 'pt-BR', 'pl', 'sv', 'da', 'cs', 'tr', 'el', 'ru', 'uk', 'ar', 'hi', 'zh'];

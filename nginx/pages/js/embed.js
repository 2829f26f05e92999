// embed.js - the page /embed/CASE, which other pages show in a frame.

import '../casecast-video.js';
import { make } from './dom.js';

const video = make('casecast-video');

video.setAttribute('case', location.pathname.split('/').at(-1));
document.body.append(video);

const form = document.getElementById('ask');
const list = document.getElementById('messages');
const preview = document.getElementById('preview');
const player = document.getElementById('player');
let source;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  source?.close();
  list.replaceChildren();
  preview.hidden = player.hidden = true;

  const query = new URLSearchParams({ caseId: form.caseId.value });
  source = new EventSource(`/media/video?${query}`);
  source.onmessage = ({ data }) => {
    const line = document.createElement('li');
    line.textContent = data;
    list.append(line);

    const [word, name, url] = data.split(' ');
    if (word === 'var' && name === 'previewThumbnail') {
      preview.src = player.poster = url;
      preview.hidden = false;
    } else if (word === 'var' && name === 'finalVideo') {
      player.src = url;
      player.hidden = false;
      preview.hidden = true;
    } else if (word === 'finished_video') {
      source.close();
    }
  };
});

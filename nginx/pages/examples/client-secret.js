const form = document.getElementById('ask');
const list = document.getElementById('messages');
let source;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  source?.close();
  list.replaceChildren();

  const query = new URLSearchParams({ client_secret: form.secret.value });
  source = new EventSource(`/api/events?${query}`);
  source.onmessage = ({ data }) => {
    const line = document.createElement('li');
    line.textContent = data; // text, never markup
    list.append(line);
    if (data === 'finished') source.close();
  };
});

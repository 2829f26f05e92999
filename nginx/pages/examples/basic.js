const list = document.getElementById('messages');
const source = new EventSource('/api/events');

source.onmessage = (event) => {
  const line = document.createElement('li');
  line.textContent = event.data;
  list.append(line);
  if (event.data === 'finished') source.close();
};

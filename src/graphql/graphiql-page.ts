/** The line above the editor: where the key goes. It stays in this tab (session storage) and out of what the editor keeps. */
export const keyForm = `
<style>
  #rapport { position: fixed; inset: 0 0 auto 0; height: 40px; box-sizing: border-box; display: flex; gap: 8px; align-items: center;
    padding: 0 12px; background: #1f2933; color: #f5f7fa; font: 14px system-ui, sans-serif; z-index: 2000; }
  #rapport input { width: 34em; max-width: 50vw; padding: 4px 8px; border: 1px solid #52606d; border-radius: 4px; background: #f5f7fa; color: #1f2933; }
  #rapport button { padding: 4px 12px; border: 0; border-radius: 4px; background: #3ebd93; color: #04231b; cursor: pointer; }
  body { padding-top: 40px; box-sizing: border-box; height: 100vh; overflow: hidden; }
  app-root { display: block; height: calc(100vh - 40px); overflow: hidden; }
</style>
<form id="rapport" autocomplete="off">
  <strong>Rapport</strong>
  <label for="key">Key</label>
  <input id="key" name="key" type="password" placeholder="rapport_..." spellcheck="false">
  <button type="submit">Use</button>
  <output id="key-state"></output>
</form>
<script src="key.js"></script>
`;

/**
 * Sends the key with every request to this service, over HTTP and over WebSocket. Runs before the editor, in a browser.
 */
export const keyScript = `'use strict';
const name = 'rapport-key';
const form = document.querySelector('#rapport');
const field = document.querySelector('#key');
const state = document.querySelector('#key-state');
const key = () => sessionStorage.getItem(name);
const show = () => {
  field.value = key() ?? '';
  state.textContent = key() ? 'in use, in this tab' : 'none yet: requests are answered with 401';
};
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text) sessionStorage.setItem(name, text);
  else sessionStorage.removeItem(name);
  // The editor asks for the schema when it starts.
  location.reload();
});
show();

const isOurs = (url) => {
  const { origin, pathname } = new URL(url, location.href);
  return origin === location.origin && pathname === '/graphql';
};
const bearer = () => 'Bearer ' + key();

const plainFetch = window.fetch;
window.fetch = (input, init) => {
  const request = new Request(input, init);
  if (key() && isOurs(request.url) && !request.headers.has('authorization')) request.headers.set('authorization', bearer());
  return plainFetch(request);
};

const { open, send } = XMLHttpRequest.prototype;
const ours = new WeakSet();
XMLHttpRequest.prototype.open = function (method, url, ...others) {
  if (isOurs(url)) ours.add(this);
  return open.call(this, method, url, ...others);
};
XMLHttpRequest.prototype.send = function (body) {
  if (key() && ours.has(this)) this.setRequestHeader('authorization', bearer());
  return send.call(this, body);
};

const plainSend = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (key() && typeof text === 'string' && text.includes('"connection_init"')) {
    const message = JSON.parse(text);
    text = JSON.stringify({ ...message, payload: { authorization: bearer(), ...message.payload } });
  }
  return plainSend.call(this, text);
};
`;

const example = `# Rapport's API. "Docs" shows the schema; Ctrl-Enter sends the request.
query Newest {
  log {
    count
    countsByType { type count }
  }
}

# What is recorded from now on, as it comes:
# subscription Follow {
#   events { type recordedAt actor data }
# }
`;

/** Starts the editor. */
export const startScript = `AltairGraphQL.init(${JSON.stringify({
  initialName: 'Rapport',
  initialQuery: example,
  instanceStorageNamespace: 'rapport',
  initialSubscriptionRequestHandlerId: 'graphql-ws',
  disableAccount: true,
  initialSettings: { schemaReloadOnStart: true, disablePushNotification: true },
}).replace(
  /\}$/,
  ", endpointURL: location.origin + '/graphql', subscriptionsEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql' }",
)});
`;

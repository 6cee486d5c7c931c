// Gives Rapport a user of its own in KurrentDB (EventStoreDB), who may read and append, and nobody but administrators may
// delete or change who may. Run as often as you like. For a server that holds Rapport's logs and nothing else: the rights
// are those of every stream without an ACL.
//
//   KURRENTDB_URL=https://kurrentdb:2113 EVENT_STORE_CA_FILE=ca.crt EVENT_STORE_USER=rapport \
//   EVENT_STORE_PASSWORD_FILE=... KURRENTDB_ADMIN_PASSWORD_FILE=... node docker/prepare-kurrentdb.mjs
import console from 'node:console';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import process from 'node:process';
import { URL } from 'node:url';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';

const setting = (name) => process.env[name] ?? fail(`${name} is not set.`);
const fail = (why) => {
  console.error(why);
  process.exit(1);
};
const secret = (name) => readFileSync(setting(name), 'utf8').trim();

const url = new URL(setting('KURRENTDB_URL'));
const caFile = setting('EVENT_STORE_CA_FILE');
const user = setting('EVENT_STORE_USER');
const password = secret('EVENT_STORE_PASSWORD_FILE');
const credentials = { username: 'admin', password: secret('KURRENTDB_ADMIN_PASSWORD_FILE') };

/** The status of an answer to JSON that an administrator posts. */
const post = (path, body) =>
  new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      ca: readFileSync(caFile),
      auth: `${credentials.username}:${credentials.password}`,
      headers: { 'content-type': 'application/json' },
      timeout: 10_000,
    };
    const sent = request(new URL(path, url), options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });

const made = await post('/users/', { loginName: user, fullName: 'Rapport', groups: [], password });
if (made === 409) {
  const reset = await post(`/users/${user}/command/reset-password`, { newPassword: password });
  if (reset !== 200) fail(`The password of ${user} could not be set: status ${reset}.`);
} else if (made !== 201) fail(`User ${user} could not be made: status ${made}.`);

const readers = ['$admins', user];
const client = EventStoreDBClient.connectionString(`esdb://${url.host}?tls=true&tlsCAFile=${caFile}`);
// Reading the whole log is by default for administrators only; its system events come with it.
await client.setStreamMetadata('$all', { acl: { readRoles: readers } }, { credentials });
const rights = (read, write) => ({ $r: read, $w: write, $d: '$admins', $mr: read, $mw: '$admins' });
const acl = { $userStreamAcl: rights(readers, readers), $systemStreamAcl: rights('$admins', '$admins') };
await client.appendToStream('$settings', [jsonEvent({ type: 'update-default-acl', data: acl })], {
  expectedRevision: ANY,
  credentials,
});
await client.dispose();
console.log(`User ${user} may read and append at ${url.host}; administrators alone may delete.`);

import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

// Certificates for tests of TLS, written in DER by hand (ITU-T X.690, RFC 5280): Node can read them and not make them.

const tlv = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...contents: Uint8Array[]) => tlv(0x30, ...contents);
const objectId = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const octets = (content: Uint8Array) => tlv(0x04, content);
const bits = (content: Uint8Array) => tlv(0x03, Buffer.from([0]), content);
const yes = tlv(0x01, Buffer.from([0xff]));

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const nameOf = (commonName: string) =>
  sequence(tlv(0x31, sequence(objectId('550403'), tlv(0x0c, Buffer.from(commonName)))));

const timeOf = (date: Date) => tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

const dayMs = 86_400_000;

const extensionsOf = (isAuthority: boolean) => {
  const basic = sequence(objectId('551d13'), yes, octets(isAuthority ? sequence(yes) : sequence()));
  const names = sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, Buffer.from([127, 0, 0, 1])));
  return tlv(0xa3, sequence(basic, ...(isAuthority ? [] : [sequence(objectId('551d11'), octets(names))])));
};

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

const certificateOf = (name: string, publicKey: KeyObject, issuer: Issuer, isAuthority: boolean): string => {
  const now = Date.now();
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const content = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer.name),
    sequence(timeOf(new Date(now - dayMs)), timeOf(new Date(now + dayMs))),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensionsOf(isAuthority),
  );
  const der = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, issuer.key)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
};

/** A certificate authority of our own, and a certificate for 127.0.0.1 and localhost that it has signed. All in PEM. */
export interface TestCertificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes both afresh; they are valid from yesterday until tomorrow. */
export const makeCertificates = (): TestCertificates => {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // Each has another name: who trusts one of them has never heard of the next.
  const issuer = { name: `Test authority ${randomBytes(4).toString('hex')}`, key: authority.privateKey };
  return {
    authority: certificateOf(issuer.name, authority.publicKey, issuer, true),
    certificate: certificateOf('localhost', server.publicKey, issuer, false),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};

import { describe, expect, it } from '@jest/globals';
import type { Handle } from './handle.js';
import { traitIn, traitsOf } from './traits.js';

const mail = (address: string): Handle => ({ channel: 'email', address });
const shared = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
  [...one]
    .filter((trait) => other.has(trait))
    .sort()
    .map(traitIn);

describe('two records have in common', () => {
  it('the name, in any order, case and accents', () =>
    expect(shared(traitsOf('Löve, Ada', []), traitsOf('ada LOVE', []))).toEqual([{ kind: 'name', value: 'ada love' }]));
  it('no first name alone', () => expect(shared(traitsOf('Ada', []), traitsOf('Ada', []))).toEqual([]));
  it('an address in another form', () =>
    expect(
      shared(traitsOf('A', [mail('a.love+news@gmail.com')]), traitsOf('B', [mail('ALove@googlemail.com')])),
    ).toEqual([{ kind: 'address', value: 'alove@gmail.com' }]));
  it('no address at another provider, unless under the same name', () => {
    expect(shared(traitsOf('A', [mail('love@x.org')]), traitsOf('B', [mail('love@y.org')]))).toEqual([]);
    expect(shared(traitsOf('Ada', [mail('love@x.org')]), traitsOf('ada', [mail('love@y.org')]))).toEqual([
      { kind: 'mailbox', value: 'love ada' },
    ]);
  });
  it('the name of an account on two channels, and no short one, number or page', () => {
    const on = (channel: Handle['channel'], address: string, site = 'x'): Handle => ({ channel, site, address });
    expect(
      shared(traitsOf('A', [on('microblog', '@Adal')]), traitsOf('B', [on('forum', 'adal', 'forum.example')])),
    ).toEqual([{ kind: 'account', value: 'adal' }]);
    for (const [channel, address] of [
      ['forum', 'ada'],
      ['phone', '+4912345'],
      ['blog', 'ada.example/blog'],
    ] as const)
      expect(shared(traitsOf('A', [on(channel, address)]), traitsOf('B', [on(channel, address)]))).toEqual([]);
  });
});
